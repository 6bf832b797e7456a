"""The table of contents of the pages: every page and every form, and who may use it."""

from aiohttp import web

from services.invoice_service.api import reports as reports_api
from services.invoice_service.api.routing import ACCOUNTANT, ADMIN, BILLER, UPLOAD_LIMIT, VIEWER
from services.invoice_service.domain.errors import NotFound
from services.invoice_service.web import (
    assets,
    batches,
    company,
    customer,
    customer_new,
    customers,
    doing,
    email_templates,
    emails,
    emails_history,
    entities,
    failures,
    home,
    invoice,
    invoices,
    jobs,
    journal,
    lines,
    list_workbooks,
    login,
    me,
    new_invoice,
    notifications,
    operations,
    operations_retry,
    parked,
    pdf,
    reports,
    settings_index,
    settings_keys,
    settings_series,
    settings_users,
    tax_codes,
    work_list,
    work_list_billing,
)
from services.invoice_service.web.pages import Page, add_pages
from services.invoice_service.web.sessions import SESSIONS, Sessions
from services.invoice_service.web.sheet_kinds import SHEETS
from services.invoice_service.web.workbooks import workbook_page


async def _missing(request: web.Request) -> web.StreamResponse:
    """The page of what is not there, for a person; a program gets what it always gets."""
    if "text/html" in request.headers.get("Accept", ""):
        raise NotFound("page", request.path)
    raise web.HTTPNotFound


_LINES = "/invoices/{ref}/lines"
PAGES = (
    Page("GET", "/", home.show, VIEWER),
    Page("GET", "/login", login.show, None),
    Page("POST", "/login", login.enter, None),
    Page("POST", "/logout", login.leave, None),
    Page("POST", "/language", login.choose_language, None),
    Page("GET", "/me", me.show, VIEWER),
    Page("POST", "/me", me.prefer, VIEWER),
    Page("POST", "/me/password", me.change_password, VIEWER),
    Page("GET", "/invoices", invoices.show, VIEWER),
    Page("GET", "/invoices.xlsx", workbook_page(reports_api.invoices_sheet), VIEWER),
    Page("POST", "/invoices", new_invoice.create, BILLER),
    Page("GET", "/invoices/new", new_invoice.show, BILLER),
    Page("POST", "/invoices/favourite", invoices.favour, VIEWER),
    Page("POST", "/invoices/batch", batches.start, BILLER),
    Page("GET", "/batches", batches.show_list, VIEWER),
    Page("GET", "/batches.xlsx", workbook_page(list_workbooks.batches), VIEWER),
    Page("GET", "/batches/{id}", batches.show, VIEWER),
    Page("GET", "/batches/{id}/pdf", batches.show_pdf, VIEWER),
    Page("GET", "/invoices/{ref}", invoice.show, VIEWER),
    Page("POST", "/invoices/{ref}", invoice.edit, BILLER),
    Page("GET", "/invoices/{ref}/pdf", pdf.show, VIEWER),
    Page("GET", "/invoices/{ref}/do/{action}", doing.show, BILLER),
    Page("POST", "/invoices/{ref}/do/{action}", doing.do, BILLER),
    Page("GET", "/invoices/{ref}/emails", emails_history.show, VIEWER),
    Page("POST", "/invoices/{ref}/emails/{id}/resend", emails_history.resend, BILLER),
    Page("GET", "/invoices/{ref}/emails/new", emails.show, BILLER),
    Page("POST", "/invoices/{ref}/emails/new", emails.post, BILLER, UPLOAD_LIMIT),
    Page("GET", "/invoices/{ref}/emails/preview", emails.preview, BILLER),
    Page("POST", "/invoices/{ref}/emails/preview", emails.preview, BILLER),
    Page("GET", _LINES, lines.show, VIEWER),
    Page("POST", _LINES, lines.add, BILLER),
    Page("POST", f"{_LINES}/order", lines.order, BILLER),
    Page("POST", f"{_LINES}/preview", lines.preview, BILLER),
    Page("POST", f"{_LINES}/{{id}}", lines.save, BILLER),
    Page("POST", f"{_LINES}/{{id}}/duplicate", lines.duplicate, BILLER),
    Page("POST", f"{_LINES}/{{id}}/remove", lines.remove, BILLER),
    Page("POST", f"{_LINES}/{{id}}/restore", lines.restore, BILLER),
    Page("POST", f"{_LINES}/{{id}}/move", lines.move, BILLER),
    Page("GET", "/invoices/{ref}/journal", journal.show, VIEWER),
    Page("GET", "/work-list", work_list.show, VIEWER),
    Page("GET", "/work-list.xlsx", workbook_page(list_workbooks.work_list), VIEWER),
    Page("POST", "/work-list", work_list_billing.bill, BILLER),
    Page("GET", "/work-list/done/{key}", work_list_billing.show_done, BILLER),
    Page("GET", "/jobs/{number}", jobs.show, VIEWER),
    Page("GET", "/customers", customers.show, VIEWER),
    Page("GET", "/customers.xlsx", workbook_page(list_workbooks.customers), VIEWER),
    Page("POST", "/customers", customer_new.add, BILLER),
    Page("GET", "/customers/{code}", customer.show, VIEWER),
    Page("POST", "/customers/{code}", customer.save, BILLER),
    Page("GET", "/customers/{code}/sales.xlsx", workbook_page(reports_api.customer_sheet), VIEWER),
    Page("GET", "/reports", reports.index, VIEWER),
    Page("GET", "/reports/sales", reports.sales, VIEWER),
    Page("GET", "/reports/sales.xlsx", workbook_page(reports_api.sales_sheet), VIEWER),
    Page("GET", "/reports/taxes", reports.taxes, VIEWER),
    Page("GET", "/reports/taxes.xlsx", workbook_page(reports_api.taxes_sheet), VIEWER),
    Page("GET", "/notifications", notifications.show, VIEWER),
    Page("GET", "/notifications/bell", notifications.bell, VIEWER),
    Page("POST", "/notifications/read", notifications.mark_all, VIEWER),
    Page("POST", "/notifications/{id}/read", notifications.mark, VIEWER),
    Page("GET", settings_users.PATH, settings_users.show, ADMIN),
    Page("GET", f"{settings_users.PATH}.xlsx", workbook_page(settings_users.BOOK.asked), ADMIN),
    Page("POST", settings_users.PATH, settings_users.add, ADMIN),
    Page("GET", f"{settings_users.PATH}/new", settings_users.show_new, ADMIN),
    Page("GET", f"{settings_users.PATH}/{{id}}", settings_users.show_one, ADMIN),
    Page("POST", f"{settings_users.PATH}/{{id}}", settings_users.save, ADMIN),
    Page("POST", f"{settings_users.PATH}/{{id}}/password", settings_users.give_password, ADMIN),
    Page("POST", f"{settings_users.PATH}/{{id}}/delete", settings_users.delete, ADMIN),
    Page("GET", settings_keys.PATH, settings_keys.show, ADMIN),
    Page("GET", f"{settings_keys.PATH}.xlsx", workbook_page(settings_keys.BOOK.asked), ADMIN),
    Page("POST", settings_keys.PATH, settings_keys.add, ADMIN),
    Page("POST", f"{settings_keys.PATH}/{{id}}/revoke", settings_keys.revoke, ADMIN),
    Page("GET", settings_series.PATH, settings_series.show, ADMIN),
    Page("GET", f"{settings_series.PATH}.xlsx", workbook_page(settings_series.BOOK.asked), ADMIN),
    Page("GET", f"{settings_series.PATH}/{{entity}}/{{kind}}", settings_series.show_one, ADMIN),
    Page("POST", f"{settings_series.PATH}/{{entity}}/{{kind}}", settings_series.save, ADMIN),
    Page("GET", "/operations", operations.show, ADMIN),
    Page("GET", "/operations/failures.xlsx", workbook_page(failures.BOOK.asked), ADMIN),
    Page("POST", "/operations/retry", operations_retry.retry, ADMIN),
    Page("POST", "/operations/switches", operations.switch, ADMIN),
    Page("POST", "/operations/check", operations.check_books, ADMIN),
    Page("GET", "/operations/parked", parked.show, ACCOUNTANT),
    Page("GET", f"{parked.PATH}.xlsx", workbook_page(parked.BOOK.asked), ACCOUNTANT),
    Page("POST", "/operations/parked/replay", parked.replay_some, ADMIN),
    Page("GET", "/operations/parked/{id}", parked.show_one, ACCOUNTANT),
    Page("POST", "/operations/parked/{id}/discard", parked.discard_one, ADMIN),
    Page("GET", settings_index.PATH, settings_index.show, VIEWER),
    *(page for sheet in SHEETS for page in sheet.pages()),
    Page("GET", company.PATH, company.show, VIEWER),
    Page("POST", company.PATH, company.save, ADMIN),
    *entities.ENTITIES.pages(),
    *tax_codes.TAX_CODES.pages(),
    Page("GET", email_templates.PATH, email_templates.show, VIEWER),
    Page("GET", f"{email_templates.PATH}.xlsx", workbook_page(email_templates.LIST.book.asked), VIEWER),
    Page("GET", f"{email_templates.PATH}/{{code}}", email_templates.show_one, VIEWER),
    Page("POST", f"{email_templates.PATH}/{{code}}", email_templates.save, ADMIN),
    Page("POST", f"{email_templates.PATH}/{{code}}/preview", email_templates.preview, ADMIN),
    Page("GET", "/{rest:(?!api/|static/).+}", _missing, None),
)


def add_web(app: web.Application, sessions: Sessions) -> None:
    """Put the pages, and what they are drawn with, into the application of the API."""
    app[SESSIONS] = sessions
    app.router.add_get("/static/{release}/{name}", assets.serve)
    add_pages(app, PAGES)
