"""What each caller prefers to see."""

from services.invoice_service.application.records import Preferences
from services.invoice_service.storage.unit_of_work import Transaction


class PostgresPreferences:
    """See the port `PreferencesRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def get(self, actor: str) -> Preferences:
        """See the port."""
        row = await self._connection.fetchrow(
            "select language, theme from preferences where actor = $1", actor
        )
        return Preferences(row["language"], row["theme"]) if row else Preferences()

    async def put(self, actor: str, preferences: Preferences) -> None:
        """See the port."""
        await self._connection.execute(
            "insert into preferences (actor, language, theme) values ($1, $2, $3)"
            " on conflict (actor) do update set language = excluded.language, theme = excluded.theme",
            actor,
            preferences.language,
            preferences.theme,
        )
