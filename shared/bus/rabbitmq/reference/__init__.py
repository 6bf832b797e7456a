"""What others read of our messages, made from the code: the AsyncAPI document, the tables of docs/messages.md."""
