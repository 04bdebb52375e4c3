/**
 * The secret storage interface: the platform's storage in the desktop app, a file with mode 0600 in the preview.
 * Secrets are never in the config, process arguments or logs.
 */
export type SecretName = 'api-secret' | 'api-password-md5' | 'database-key' | 'otlp-headers';

export type SecretRead =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'absent' }
  /** Something is stored but cannot be read here (another user, a restored disk). Never replace it blindly (F27). */
  | { readonly kind: 'unreadable'; readonly why: string };

export type Secrets = {
  readonly read: (name: SecretName) => SecretRead;
  /** Durable when it returns `stored`. Null removes the secret. */
  readonly write: (
    name: SecretName,
    value: string | null,
  ) => { readonly kind: 'stored' } | { readonly kind: 'not-stored'; readonly why: string };
};
