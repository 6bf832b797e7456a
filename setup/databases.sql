-- A database for each service that keeps state; run once, by the PostgreSQL of docker-compose.yml.
-- Roles and tables are made by the services' own `migrate`.
create database invoicing;
create database mailer;
create database accounting;
