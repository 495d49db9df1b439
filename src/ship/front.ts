import type { Project, RouteSettings } from "../project/index.ts";
import type { Front } from "../proxy/index.ts";

const HALF_A_YEAR_SECONDS = 15_552_000;

/** Safe for any application; what may break one, as a content security policy may, is left to it. */
export const DEFAULT_HEADERS = { "X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin" } as const;
/** Browsers keep to it for as long, so it goes out only where requests without TLS are not answered either. */
const TO_HTTPS = { "Strict-Transport-Security": `max-age=${HALF_A_YEAR_SECONDS}` } as const;

/** Every file that a project's certificates come from, once. */
export const certificatesOf = ({ settings, services }: Project): Project["settings"]["proxy"]["certificates"] => {
  const all = [...settings.proxy.certificates, ...services.flatMap((service) => service.settings.route?.certificate ?? [])];
  return [...new Map(all.map((one) => [`${one.certificate}\0${one.key}`, one])).values()];
};

/** The user's word on a header stands for the default's, however it is written. */
const merged = (defaults: Readonly<Record<string, string>>, own: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const named = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const all = [...Object.entries(defaults).filter(([name]) => !named.has(name.toLowerCase())), ...Object.entries(own)];
  return Object.fromEntries(all.filter(([, value]) => value !== "off"));
};

/** What the proxy adds to a service's requests and answers. */
export const frontOf = (project: Project, { redirect, headers = {}, hideHeaders = [] }: RouteSettings): Front => {
  const secured = certificatesOf(project).length > 0;
  const redirected = redirect !== false;
  const all = merged({ ...DEFAULT_HEADERS, ...(secured && redirected ? TO_HTTPS : {}) }, headers);
  return {
    headers: all,
    ...(hideHeaders.length === 0 ? {} : { hide: hideHeaders }),
    ...(secured ? { tls: { port: project.settings.proxy.https, redirect: redirected } } : {}),
  };
};
