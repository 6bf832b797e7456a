"""What holds for every message, in words: one text for the AsyncAPI document and for docs/messages.md."""

from shared.bus.retry import RetryPolicy, label
from shared.bus.topology import DEAD_LETTER_EXCHANGE, DELIVERY_LIMIT
from shared.contracts.envelope import CONTENT_TYPE


def rules(policy: RetryPolicy) -> str:
    """The rules, as a list in Markdown; `policy` is the one that a shop begins with."""
    delays = ", ".join(label(delay) for delay in policy.delays)
    tries, deaths, parking = policy.attempts, DELIVERY_LIMIT, DEAD_LETTER_EXCHANGE.name
    return f"""\
- **Form.** A message is a [CloudEvent](https://cloudevents.io) 1.0 in structured mode: the body is the whole
  event, JSON in UTF-8, content type `{CONTENT_TYPE}`. The AMQP property `message_id` is the
  event's `id`, the delivery mode is 2 (persistent). `correlationid`, `causationid` and `traceparent` are
  attributes of the event, not AMQP headers.
- **Numbers.** Amounts, quantities, prices and rates are decimals written as strings (`"15812.65"`), without
  exponent or thousands separator. A JSON number is refused: it would pass through a binary float. Dates are
  `YYYY-MM-DD`; times are RFC 3339 with a zone.
- **Identity** is (`source`, `id`), for ever. The same `type`, `subject` and `data` again under a known identity
  is a repeat and has no further effect, so whoever is in doubt sends again. Something else under a known
  identity is never applied: it is quarantined for a person.
- **Order.** Messages arrive in any order. `time` orders the production messages about one job among
  themselves: one that is older than the newest applied leaves the job alone (it is *superseded*; of two of the
  same time the one that arrives later counts). What is told of a recipient of an e-mail has a `revision`.
  Everything else is applied as it arrives.
- **Change.** Readers ignore fields that they do not know, and fields may be added at any time. A name, a code or
  what it means is never changed or removed: that makes a new type, `.v2`, beside `.v1`.
- **Publishing.** Publish with `mandatory` and wait for the confirm. Returned: no queue takes it (a wrong routing
  key, or nobody declared the topology). Not confirmed in time: nobody knows whether it was taken; publish it
  again with the same `id`. Events alone are not mandatory, for nobody may be listening.
- **Delivery** is at least once. A consumer acknowledges after its effect is committed. When it fails for a reason
  that may pass, the message waits in `<queue>.retry.<delay>` ({delays}; then the last one again), the number
  of the next attempt in the header `x-factures-attempt`, and comes back to its queue by itself. After
  {tries} attempts it is parked. So is, by the broker, one that came back {deaths} times because its consumer died.
- **Parked.** What can never be applied as it is (no CloudEvent, an unknown type, data that do not fit) is parked at
  the first attempt: through the exchange `{parking}` and the queue of the same name it reaches the invoice
  service, which keeps it with the reason (`dead`). The invoice service keeps there, too, what names something
  that it does not know yet (`unknown_reference`) and conflicting repeats (`quarantined`). An accountant sees them
  (`GET /parked-messages`), an administrator replays or discards them. To replay is safe to repeat; so is to send
  the same message again once its cause is mended. Nothing is dropped in silence.
"""
