"""python -m services.invoice_service.commands: `factures` where it is not on the path."""

from services.invoice_service.commands import main

if __name__ == "__main__":
    main()
