import { expect, test } from "vitest";
import { SourceText } from "../../core/index.ts";
import { checkFiles } from "../index.ts";
import { SCRIPT_RULES } from "./catalogue.ts";

const said = (text: string) =>
  checkFiles([{ kind: "dockerfile", source: new SourceText("Dockerfile", text) }], { now: 0, rules: SCRIPT_RULES }).findings.map(
    ({ rule, range }) => `${range?.start.line ?? 0} ${rule}`,
  );

/** What well-kept public Dockerfiles do; each line was a false positive of some tool. */
const IDIOMS = String.raw`FROM ubuntu:24.04 AS build
ARG DEBIAN_FRONTEND=noninteractive
ARG PYTHON=3.12.*
RUN set -eux; \
	savedAptMark="$(apt-mark showmanual)"; \
	apt-get update; \
# a comment among the lines
	apt-get install -y --no-install-recommends \
		python3=$PYTHON \
	; \
	rm -rf /var/lib/apt/lists/*; \
	[ -z "$savedAptMark" ] || apt-mark manual "$savedAptMark" > /dev/null
RUN --mount=type=cache,target=/var/cache/apt --mount=type=cache,target=/var/lib/apt \
    apt-get update && apt-get install -yqq --no-install-recommends git=1:2.* ./local.deb
RUN if curl -fsS https://example.com/version | grep -q 1.2; then echo current; fi
RUN test -n "$VERSION" || (echo "VERSION is missing" && exit 1)
RUN echo "$SUM *a.zip" | sha256sum -c - && yes | ./setup
RUN --mount=type=ssh ssh -T git@example.com
RUN case "$(uname -m)" in x86_64) arch=amd64 ;; *) arch=arm64 ;; esac && curl -fsSLo /usr/bin/tool "https://example.com/$arch"
RUN . /etc/os-release && echo "$codename" && awk '{ print $1 | "sort" }' /etc/passwd
RUN CGO_ENABLED=0 go build -o /app ./cmd && go run ./tools/gen && go mod download
RUN npm ci && npm install && npm i -g corepack@0.29.4
RUN pip install --no-cache-dir -r requirements.txt && pip install --no-cache-dir . "flask>=3,<4"
RUN <<EOF bash -euo pipefail
make all
make install
EOF
RUN python3 - <<EOF
import os; print(os.environ["x"] | 1)
EOF
FROM fedora:42
RUN dnf -y install nginx-1.28.0 && dnf clean all && if [[ -f /a ]]; then rm /a; fi
HEALTHCHECK CMD wget -qO- http://localhost/ | grep ok || exit 1
CMD exec nginx -g "daemon off;"
`;

test("what is done well is left alone", () => {
  expect(said(IDIOMS)).toEqual([]);
});

test("and the same done badly is not", () => {
  expect(said(IDIOMS.replace("git=1:2.*", "git")).join()).toContain("apt-pinned");
  expect(said(IDIOMS.replace(" bash -euo pipefail", "")).join()).toContain("heredoc-errexit");
  expect(said(IDIOMS.replace("dnf -y", "dnf")).join()).toContain("dnf-yes");
  expect(said(IDIOMS.replace("FROM fedora:42", "FROM debian:12")).join()).toContain("sh-bashism");
});
