import { expect, test } from "vitest";
import { credentialBytes, credentialIn } from "../../source/secrets/index.ts";
import { leftoverOf } from "./leftovers.ts";

const found = (path: string, content: string): string | undefined =>
  credentialBytes(path) === undefined ? undefined : credentialIn(path, content)?.what;

test.each([
  ["root/.ssh/id_rsa", "", "a credential, going by its name"],
  ["etc/ssl/private/site.pem", "-----BEGIN RSA PRIVATE KEY-----", "a private key"],
  ["app/.env", "DATABASE_PASSWORD=hunter2", "a password or token"],
  ["app/.env.production", "export API_KEY='abc'", "a password or token"],
  ["home/app/.npmrc", "//registry.acme.example/:_authToken=abc", "an npm token"],
  ["root/.pypirc", "[pypi]\npassword = abc", "a password for a package index"],
  ["root/.docker/config.json", '{"auths":{"a":{"auth":"YWJj"}}}', "a registry's password"],
  ["root/.aws/credentials", "[default]\naws_secret_access_key = abc", "cloud credentials"],
  ["root/.git-credentials", "https://a:b@c", "a credential, going by its name"],
  ["app/config.yaml", `token: ghp_${"a".repeat(36)}`, "a GitHub token"],
  ["app/settings.ini", `${"\n".repeat(30_000)}url=postgres://app:pw@db/shop`, "a connection string with a password"],
])("%s holds a credential", (path, content, what) => expect(found(path, content)).toBe(what));

test.each([
  ["etc/ssl/certs/ca.pem", "-----BEGIN CERTIFICATE-----"],
  ["app/.env", "PORT=3000\nDB_PASSWORD=\nTOKEN=${TOKEN}"],
  ["app/.env.example", "PASSWORD=x"],
  ["root/.npmrc", "save-exact=true"],
  ["usr/share/doc/x/id_rsa", ""],
  ["app/node_modules/x/test/key.pem", "-----BEGIN RSA PRIVATE KEY-----"],
  ["app/tests/fixtures/id_rsa", ""],
  ["usr/bin/openssl", "-----BEGIN PRIVATE KEY-----"],
])("%s holds none", (path, content) => expect(found(path, content)).toBeUndefined());

test.each([
  ["var/lib/apt/lists/deb.debian.org_x", "var/lib/apt/lists"],
  ["var/cache/apk/APKINDEX.1.tar.gz", "var/cache/apk"],
  ["var/cache/dnf/x/y", "var/cache/dnf"],
  ["root/.npm/_cacache/content/1", "root/.npm/_cacache"],
  ["home/app/.cache/pip/http/1", "home/app/.cache/pip"],
  ["srv/app/.git/objects/ab/c", "srv/app/.git"],
  ["app/node_modules/.cache/babel/1", "app/node_modules/.cache"],
  ["app/Dockerfile.prod", "app/Dockerfile.prod"],
  ["app/.DS_Store", "app/.DS_Store"],
])("%s is left over", (path, root) => expect(leftoverOf(path)?.root).toBe(root));

test.each([
  ["var/lib/apt/lists/partial"],
  ["app/.gitignore"],
  ["app/node_modules/x/Dockerfile"],
  ["usr/lib/python3/dist-packages/a/.git/x"],
  ["app/Dockerfiles/x"],
])("%s is not", (path) => expect(leftoverOf(path)).toBeUndefined());
