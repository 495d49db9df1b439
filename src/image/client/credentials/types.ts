/** A password; an identity (OAuth2 refresh) token as `az acr login` leaves one; or a token that the registry itself takes. */
export type Credentials =
  | { readonly username: string; readonly password: string }
  | { readonly identityToken: string }
  | { readonly registryToken: string };

/**
 * What to show a registry (`host[:port]`, Docker Hub is `docker.io`); undefined means anonymous. The repository decides where credentials are kept by path;
 * without it those of the whole host are given.
 */
export type CredentialSource = (registry: string, repository?: string) => Promise<Credentials | undefined>;
