/**
 * Where secrets are kept: the platform's secret storage in the desktop app, a file with mode 0600 in the preview. They
 * are never in the config, in process arguments or in a log.
 */
export type SecretName = 'api-secret' | 'api-password-md5' | 'database-key' | 'otlp-headers';

export type SecretRead =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'absent' }
  /** Something is stored but cannot be read here (other OS user, restored disk): never to be replaced blindly (F27). */
  | { readonly kind: 'unreadable'; readonly why: string };

export type Secrets = {
  readonly read: (name: SecretName) => SecretRead;
  /** Durable when it returns `stored`. Null takes the secret away. */
  readonly write: (
    name: SecretName,
    value: string | null,
  ) => { readonly kind: 'stored' } | { readonly kind: 'not-stored'; readonly why: string };
};
