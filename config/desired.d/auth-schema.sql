-- Tables of the authentication service, database phonebill_auth.
--
-- Run once by pgdriftd as the owner of the database, as one query and therefore one transaction:
-- all of it exists afterwards, or nothing. So nothing in here controls transactions, needs to be
-- outside one, or is understood by psql alone. Every name carries its schema, because search_path
-- is not to be relied on. Privileges are not given here: the document declares them.

-- People --------------------------------------------------------------------------------------------

CREATE TABLE public.auth_users (
    user_id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login_name          text        NOT NULL,
    password_hash       text        NOT NULL,
    line_number         text,
    status              text        NOT NULL DEFAULT 'ACTIVE',
    failed_logins       smallint    NOT NULL DEFAULT 0,
    locked_until        timestamptz,
    password_changed_at timestamptz NOT NULL DEFAULT now(),
    last_login_at       timestamptz,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT auth_users_login_name_check
        CHECK (login_name = lower(login_name) AND char_length(login_name) BETWEEN 3 AND 64),
    CONSTRAINT auth_users_password_hash_check
        CHECK (password_hash LIKE '$2_$__$%' AND char_length(password_hash) = 60),
    CONSTRAINT auth_users_line_number_check
        CHECK (line_number ~ '^[0-9]{9,15}$'),
    CONSTRAINT auth_users_status_check
        CHECK (status IN ('ACTIVE', 'LOCKED', 'SUSPENDED', 'CLOSED')),
    CONSTRAINT auth_users_failed_logins_check
        CHECK (failed_logins >= 0)
);

CREATE UNIQUE INDEX auth_users_login_name_key ON public.auth_users (login_name);
CREATE INDEX auth_users_line_number_idx ON public.auth_users (line_number)
    WHERE line_number IS NOT NULL;
CREATE INDEX auth_users_locked_until_idx ON public.auth_users (locked_until)
    WHERE locked_until IS NOT NULL;

COMMENT ON TABLE public.auth_users IS 'Who may log in';
COMMENT ON COLUMN public.auth_users.login_name IS 'In lower case; unique';
COMMENT ON COLUMN public.auth_users.password_hash IS 'bcrypt, which carries its own salt and cost; never clear text';
COMMENT ON COLUMN public.auth_users.line_number IS 'The line that the account belongs to, digits only';
COMMENT ON COLUMN public.auth_users.failed_logins IS 'Since the last success; the service locks the account at its limit';
COMMENT ON COLUMN public.auth_users.locked_until IS 'NULL: not locked for a time';

-- What they may use ---------------------------------------------------------------------------------

CREATE TABLE public.auth_services (
    service_code text        PRIMARY KEY,
    service_name text        NOT NULL,
    description  text        NOT NULL,
    is_active    boolean     NOT NULL DEFAULT true,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT auth_services_service_code_check
        CHECK (service_code ~ '^[A-Z][A-Z0-9_]{1,39}$')
);

COMMENT ON TABLE public.auth_services IS 'The services that a user can be allowed to use';
COMMENT ON COLUMN public.auth_services.service_code IS 'The name that tokens and other services use';
COMMENT ON COLUMN public.auth_services.is_active IS 'false: nobody may use it, whatever auth_user_services says';

CREATE TABLE public.auth_user_services (
    user_id      bigint      NOT NULL,
    service_code text        NOT NULL,
    granted_at   timestamptz NOT NULL DEFAULT now(),
    granted_by   text        NOT NULL,
    expires_at   timestamptz,
    CONSTRAINT auth_user_services_pkey PRIMARY KEY (user_id, service_code),
    CONSTRAINT auth_user_services_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES public.auth_users (user_id) ON DELETE CASCADE,
    CONSTRAINT auth_user_services_service_code_fkey
        FOREIGN KEY (service_code) REFERENCES public.auth_services (service_code),
    CONSTRAINT auth_user_services_expires_at_check
        CHECK (expires_at > granted_at)
);

CREATE INDEX auth_user_services_service_code_idx ON public.auth_user_services (service_code);

COMMENT ON TABLE public.auth_user_services IS 'Which user may use which service';
COMMENT ON COLUMN public.auth_user_services.granted_by IS 'Login name of the operator, or the name of the process';
COMMENT ON COLUMN public.auth_user_services.expires_at IS 'NULL: until it is taken back';

-- What they do --------------------------------------------------------------------------------------

CREATE TABLE public.auth_sessions (
    session_id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id            bigint      NOT NULL,
    refresh_token_hash bytea       NOT NULL,
    client_address     inet,
    user_agent         text,
    created_at         timestamptz NOT NULL DEFAULT now(),
    last_used_at       timestamptz NOT NULL DEFAULT now(),
    expires_at         timestamptz NOT NULL,
    revoked_at         timestamptz,
    CONSTRAINT auth_sessions_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES public.auth_users (user_id) ON DELETE CASCADE,
    CONSTRAINT auth_sessions_refresh_token_hash_check
        CHECK (octet_length(refresh_token_hash) = 32),
    CONSTRAINT auth_sessions_expires_at_check
        CHECK (expires_at > created_at)
);

CREATE UNIQUE INDEX auth_sessions_refresh_token_hash_key
    ON public.auth_sessions (refresh_token_hash);
CREATE INDEX auth_sessions_user_id_idx ON public.auth_sessions (user_id)
    WHERE revoked_at IS NULL;
CREATE INDEX auth_sessions_expires_at_idx ON public.auth_sessions (expires_at);

COMMENT ON TABLE public.auth_sessions IS 'Who is logged in';
COMMENT ON COLUMN public.auth_sessions.refresh_token_hash IS 'SHA-256 of the refresh token; the token itself is kept nowhere';
COMMENT ON COLUMN public.auth_sessions.revoked_at IS 'NULL: valid until expires_at';

-- The key is a serial and no identity column: the service inserts here and reads the number back with
-- currval(), for which it needs USAGE on the sequence.
CREATE TABLE public.auth_login_history (
    login_id       bigserial   PRIMARY KEY,
    user_id        bigint,
    login_name     text        NOT NULL,
    service_code   text,
    outcome        text        NOT NULL,
    client_address inet,
    user_agent     text,
    attempted_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT auth_login_history_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES public.auth_users (user_id) ON DELETE SET NULL,
    CONSTRAINT auth_login_history_service_code_fkey
        FOREIGN KEY (service_code) REFERENCES public.auth_services (service_code),
    CONSTRAINT auth_login_history_outcome_check
        CHECK (outcome IN ('SUCCESS', 'BAD_CREDENTIALS', 'LOCKED', 'SUSPENDED', 'NOT_ALLOWED'))
);

CREATE INDEX auth_login_history_user_id_idx
    ON public.auth_login_history (user_id, attempted_at DESC);
CREATE INDEX auth_login_history_service_code_idx ON public.auth_login_history (service_code)
    WHERE service_code IS NOT NULL;
-- Grows for ever and is appended in the order of time: a BRIN index of a few pages finds a day.
CREATE INDEX auth_login_history_attempted_at_idx
    ON public.auth_login_history USING brin (attempted_at);

COMMENT ON TABLE public.auth_login_history IS 'Every attempt to log in, successful or not';
COMMENT ON COLUMN public.auth_login_history.user_id IS 'NULL: no such user, or the user has been deleted';
COMMENT ON COLUMN public.auth_login_history.login_name IS 'As it was typed';

-- Rows ----------------------------------------------------------------------------------------------

INSERT INTO public.auth_services (service_code, service_name, description) VALUES
    ('PHONE_INQUIRY',  'Line inquiry',       'See the lines of the account and their state'),
    ('BILL_INQUIRY',   'Bill inquiry',       'See bills and what they are made of'),
    ('BILL_PAYMENT',   'Bill payment',       'Pay a bill and see payments made'),
    ('PLAN_INQUIRY',   'Plan inquiry',       'See the plans on offer and the one in use'),
    ('PLAN_CHANGE',    'Plan change',        'Change to another plan'),
    ('USAGE_INQUIRY',  'Usage inquiry',      'See calls, messages and data used'),
    ('ACCOUNT_MANAGE', 'Account management', 'Change contact data and password')
ON CONFLICT (service_code) DO NOTHING;
