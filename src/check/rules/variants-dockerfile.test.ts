import { expect, test } from "vitest";
import { SourceText } from "../../core/index.ts";
import { findRules } from "../whole-catalogue.ts";
import { checkFiles } from "../files.ts";

/** Whether our rules of a peer's id speak of a Dockerfile, as the peer's documentation says they should. */
const speaks = (alias: string, text: string): boolean =>
  checkFiles([{ kind: "dockerfile", source: new SourceText("Dockerfile", text) }], { now: 0, rules: findRules(alias) }).findings.some(
    (finding) => !finding.rule.startsWith("input/") && (finding.peers === undefined || finding.peers.includes(alias)),
  );

const HEAD = "FROM debian:12\n";

/** Forms that no corpus holds: other flags, here-documents, stages, defaults of ARG, quotes, JSON. */
const VARIANTS: Readonly<Record<string, { readonly fires: readonly string[]; readonly silent: readonly string[] }>> = {
  "hadolint:DL3008": {
    fires: [
      `${HEAD}RUN <<EOF\nset -e\napt-get update\napt-get -o Acquire::Retries=3 install -y curl\nEOF\n`,
      `${HEAD}RUN ["apt-get", "install", "-y", "curl"]\n`,
      `${HEAD}RUN DEBIAN_FRONTEND=noninteractive apt-get -qq -t bookworm-backports install curl -y\n`,
      `${HEAD}ARG PKG=curl\nRUN apt-get install -y "\${PKG}"\n`,
      `${HEAD}RUN sudo -E apt-get install -y --no-install-recommends \\\n  # the client\n  curl\n`,
    ],
    silent: [
      `${HEAD}ARG V=7.88.1-10\nRUN apt-get install -y "curl=\${V}"\n`,
      `${HEAD}RUN apt-get install -y ./tool_1.0_amd64.deb /tmp/*.deb\n`,
      `${HEAD}RUN apt-get update && apt-get install -y -f\n`,
      `${HEAD}RUN xargs -a packages.txt apt-get install -y\n`,
      `${HEAD}RUN apt-get remove -y curl && apt-get autoremove -y\n`,
    ],
  },
  "hadolint:DL3009": {
    fires: [
      `${HEAD}RUN apt-get update && apt-get install -y curl=7.* && apt-get clean\n`,
      `${HEAD}RUN <<EOF\napt-get update\napt-get install -y curl\nEOF\n`,
    ],
    silent: [
      `${HEAD}RUN --mount=type=cache,target=/var/lib/apt,sharing=locked --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y curl\n`,
      `${HEAD}RUN apt-get update && apt-get install -y curl && rm -fr /var/lib/apt/lists\n`,
      `${HEAD}RUN apt-get update && apt-get install -y curl && rm -rf /tmp/* /var/lib/apt/lists/* /var/tmp/*\n`,
      `FROM debian:12 AS b\nRUN apt-get update && apt-get install -y gcc\nFROM scratch\nCOPY --from=b /a /a\n`,
    ],
  },
  "hadolint:DL3018": {
    fires: [
      "FROM alpine:3.22\nRUN apk --no-cache --virtual .deps add gcc\n",
      "FROM alpine:3.22\nRUN apk add -U --repository=https://x.test/edge curl\n",
    ],
    silent: [
      'FROM alpine:3.22\nRUN apk add --no-cache "curl>=8" "git~2.4"\n',
      "FROM alpine:3.22\nRUN apk add --no-cache -t .build gcc=13.2.1_git20240309-r0\n",
      "FROM alpine:3.22\nRUN apk add --no-cache --allow-untrusted /tmp/tool.apk\n",
      "FROM alpine:3.22\nRUN apk del .build\n",
    ],
  },
  "hadolint:DL3013": {
    fires: [
      `FROM python:3.13\nRUN python3 -m pip install --no-cache-dir flask\n`,
      `FROM python:3.13\nRUN pip install 'flask[async]'\n`,
      `FROM python:3.13\nRUN pip install git+https://github.com/a/b.git\n`,
    ],
    silent: [
      `FROM python:3.13\nRUN pip install --no-cache-dir -r requirements.txt -c constraints.txt\n`,
      `FROM python:3.13\nRUN pip install 'flask[async]==3.0.0'\n`,
      `FROM python:3.13\nRUN pip install -e .\n`,
      `FROM python:3.13\nRUN pip install --no-index --find-links=/wheels /wheels/*.whl\n`,
      `FROM python:3.13\nRUN pip install git+https://github.com/a/b.git@0123456789012345678901234567890123456789\n`,
      `FROM python:3.13\nRUN pip install .[prod]\n`,
    ],
  },
  "hadolint:DL3042": {
    fires: [`FROM python:3.13\nRUN pip3 install flask==3.0.0\n`, `FROM python:3.13\nENV PIP_NO_CACHE_DIR=0\nRUN pip install flask==3\n`],
    silent: [
      `FROM python:3.13\nENV PIP_NO_CACHE_DIR=1\nRUN pip install flask==3.0.0\n`,
      `FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask==3.0.0\n`,
      `FROM python:3.13\nRUN PIP_NO_CACHE_DIR=true pip install flask==3.0.0\n`,
    ],
  },
  "hadolint:DL3016": {
    fires: [
      "FROM node:24\nRUN npm i -g pm2\n",
      "FROM node:24\nRUN npm install --global @angular/cli\n",
      'FROM node:24\nRUN ["npm","install","-g","pm2"]\n',
    ],
    silent: [
      "FROM node:24\nRUN npm install -g @angular/cli@19.0.1 pm2@5\n",
      "FROM node:24\nRUN npm install --omit=dev --loglevel error\n",
      "FROM node:24\nRUN npm install -g ./tool.tgz\n",
      "FROM node:24\nRUN npm ci --ignore-scripts\n",
    ],
  },
  "hadolint:DL3006": {
    fires: ["ARG BASE=debian\nFROM $BASE\n", "FROM --platform=linux/amd64 registry.test:5000/a/b\n"],
    silent: [
      "ARG TAG=12\nFROM debian:${TAG}\n",
      "ARG BASE\nFROM ${BASE}\n",
      "FROM debian:12 AS base\nFROM base\n",
      "FROM debian@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n",
      "FROM scratch\n",
    ],
  },
  "hadolint:DL3007": {
    fires: ["ARG TAG=latest\nFROM debian:${TAG}\n", "FROM docker.io/library/debian:latest\n"],
    silent: ["FROM debian:latest@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n", "FROM latest:12\n"],
  },
  "hadolint:DL3002": {
    fires: [`${HEAD}USER 0:0\n`, `${HEAD}ARG U=root\nUSER $U\n`, "FROM debian:12 AS a\nUSER root\nFROM a\nRUN x\n"],
    silent: [`${HEAD}USER root\nRUN x\nUSER 1000\n`, "FROM debian:12 AS a\nUSER root\nFROM debian:12\nUSER 10001\n"],
  },
  "hadolint:DL4006": {
    fires: [
      `${HEAD}RUN wget -O - https://x.test/a | tee /a > /dev/null\n`,
      `${HEAD}RUN <<EOF\nset -e\ncurl -fsSL https://x.test | sh\nEOF\n`,
      `${HEAD}SHELL ["/bin/bash", "-c"]\nRUN cat /a | grep b\n`,
    ],
    silent: [
      `${HEAD}SHELL ["/bin/bash", "-euxo", "pipefail", "-c"]\nRUN cat /a | grep b\n`,
      `${HEAD}RUN <<EOF bash\nset -euo pipefail\ncurl -fsSL https://x.test | sh\nEOF\n`,
      `${HEAD}RUN bash -o pipefail -c 'curl x | sh'\n`,
      `${HEAD}RUN echo 'a | b' > /c\n`,
      "# hadolint shell=pwsh\nFROM a.test/core:10\nRUN Get-Variable X | Select-Object Y\n",
      "FROM mcr.microsoft.com/windows:ltsc2019\nRUN dir | more\n",
      `${HEAD}RUN if cat /a | grep -q b; then echo c; fi\n`,
      `${HEAD}RUN a || b\n`,
    ],
  },
  "hadolint:DL3020": {
    fires: [`${HEAD}ADD --chown=1000:1000 src /app\n`, `${HEAD}ADD ["a b.txt", "/app/"]\n`],
    silent: [
      `${HEAD}ADD rootfs.tar.xz /\n`,
      `${HEAD}ADD https://x.test/a.txt /a\n`,
      `${HEAD}ADD git@github.com:a/b.git /b\n`,
      `${HEAD}ADD --checksum=sha256:${"a".repeat(64)} https://x.test/a /a\n`,
    ],
  },
  "hadolint:DL3025": {
    fires: [`${HEAD}CMD node server.js\n`, `${HEAD}ENTRYPOINT ['node', 'server.js']\n`, `${HEAD}CMD ["node", "server.js",]\n`],
    silent: [`${HEAD}CMD ["node","server.js"]\n`, `${HEAD}ENTRYPOINT exec node server.js\n`, `${HEAD}CMD []\n`],
  },
  "hadolint:DL3003": {
    fires: [`${HEAD}RUN cd /opt && make\n`],
    silent: [`${HEAD}RUN (cd /opt && make)\n`, `${HEAD}WORKDIR /opt\nRUN make\n`, `${HEAD}RUN abcd /opt\n`],
  },
  "hadolint:DL3004": {
    fires: [`${HEAD}RUN a && sudo -u b c\n`, `${HEAD}RUN <<EOF\nsudo x\nEOF\n`],
    silent: [`${HEAD}RUN apt-get install -y sudo=1.9.*\n`, `${HEAD}RUN echo sudo\n`, `${HEAD}RUN gosu a b\n`],
  },
  "hadolint:DL3015": {
    fires: [`${HEAD}RUN apt-get -y install curl\n`],
    silent: [
      `${HEAD}RUN apt-get install --no-install-recommends -y curl\n`,
      `${HEAD}RUN apt-get -o APT::Install-Recommends=false install -y curl\n`,
      `${HEAD}RUN echo 'APT::Install-Recommends "false";' > /etc/apt/apt.conf.d/00no && apt-get install -y curl\n`,
    ],
  },
  "hadolint:DL3014": {
    fires: [`${HEAD}RUN apt-get install curl\n`, `${HEAD}RUN apt-get -q install curl\n`],
    silent: [
      `${HEAD}RUN apt-get install -qqy curl\n`,
      `${HEAD}RUN apt-get install --assume-yes curl\n`,
      `${HEAD}RUN apt-get -y --force-yes install curl\n`,
      `${HEAD}RUN yes | apt-get install curl\n`,
    ],
  },
  "hadolint:DL3027": {
    fires: [`${HEAD}RUN apt install -y curl\n`],
    silent: [`${HEAD}RUN apt-get install -y curl=7.* && rm -rf /etc/apt\n`],
  },
  "hadolint:DL3045": {
    fires: ["FROM debian:12\nCOPY a b/\n"],
    silent: [
      "FROM debian:12\nWORKDIR /app\nCOPY a b/\n",
      "FROM debian:12 AS a\nWORKDIR /x\nFROM a\nCOPY b c\n",
      "FROM debian:12\nCOPY a /b\n",
      "FROM debian:12\nARG D=/opt\nCOPY a ${D}/b\n",
    ],
  },
  "hadolint:DL3022": {
    fires: ["FROM debian:12\nCOPY --from=nothing /a /b\n"],
    silent: [
      "FROM debian:12 AS b\nFROM scratch\nCOPY --from=b /a /b\n",
      "FROM debian:12\nCOPY --from=busybox:1.37 /bin/sh /b\n",
      "FROM a:1\nFROM b:1\nCOPY --from=0 /a /b\n",
    ],
  },
  "hadolint:DL3000": {
    fires: [`${HEAD}WORKDIR app\n`],
    silent: [
      `${HEAD}WORKDIR "/app"\n`,
      `${HEAD}ARG D=/app\nWORKDIR $D\n`,
      `${HEAD}WORKDIR \${UNKNOWN}\n`,
      "FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nWORKDIR C:\\\\app\n",
    ],
  },
  "hadolint:DL4001": {
    fires: [`${HEAD}RUN wget x\nRUN curl y\n`],
    silent: ["FROM a:1 AS a\nRUN wget x\nFROM b:1\nRUN curl y\n", `${HEAD}RUN apt-get install -y wget curl\n`],
  },
  "trivy:DS-0005": { fires: [`${HEAD}ADD . /app\n`], silent: [`${HEAD}ADD app.tgz /app\n`, `${HEAD}ADD rootfs.tar.xz b.txt /\n`] },
  "buildkit:ConsistentInstructionCasing": {
    fires: ["FROM debian:12\nrun a\n", "arg V=12\nFROM debian:$V\nARG V\nrun a\n"],
    silent: ["ARG V=12\nfrom debian:$V\nrun a\n", "ARG A\nARG B\nARG C\nfrom debian:12\nrun a\n"],
  },
  "buildkit:UndefinedVar": {
    fires: ["FROM scratch\nCOPY $SRC /\n"],
    silent: ["FROM scratch\nEXPOSE $PORT/tcp\n", "FROM scratch\nCOPY ${SRC:-dist} /\n"],
  },
  "buildkit:SecretsUsedInArgOrEnv": {
    fires: [`${HEAD}ARG TOKEN\n`, "FROM debian:12 AS a\nONBUILD ENV TOKEN=x\nFROM a\n", "ARG TOKEN\nFROM debian:12\nARG TOKEN\n"],
    silent: [`ARG TOKEN\n${HEAD}`, `${HEAD}ONBUILD ARG TOKEN\n`, `${HEAD}ONBUILD ENV TOKEN=x\n`],
  },
  "hadolint:DL3064": { fires: [`ARG TOKEN\n${HEAD}`, `${HEAD}ONBUILD ENV TOKEN=x\n`], silent: [`${HEAD}ONBUILD ENV TOKEN_FILE=/x\n`] },
  "buildkit:LegacyKeyValueFormat": {
    fires: [`${HEAD}ENV A b\n`, "FROM debian:12 AS a\nONBUILD ENV A b\nFROM a\n"],
    silent: [`${HEAD}ONBUILD ENV A b\n`, "FROM debian:12 AS a\nONBUILD ENV A b\nFROM debian:12\nCOPY --from=a /a /\n"],
  },
  "buildkit:JSONArgsRecommended": {
    fires: [`${HEAD}CMD a\n`, "FROM debian:12 AS a\nONBUILD CMD a\nFROM a\n"],
    silent: [`${HEAD}ONBUILD CMD a\n`],
  },
  "kics:not_using_json_in_cmd_and_entrypoint_arguments": { fires: [`${HEAD}ONBUILD CMD a\n`], silent: [`${HEAD}ONBUILD CMD ["a"]\n`] },
  "buildkit:WorkdirRelativePath": { fires: [`${HEAD}WORKDIR a\n`], silent: [`${HEAD}ONBUILD WORKDIR a\n`] },
  "buildkit:ExposeProtoCasing": { fires: [`${HEAD}EXPOSE 80/TCP\n`], silent: [`${HEAD}ONBUILD EXPOSE 80/TCP\n`] },
  "buildkit:ExposeInvalidFormat": { fires: [`${HEAD}EXPOSE 80:80\n`], silent: [`${HEAD}ONBUILD EXPOSE 80:80\n`] },
  "trivy:DS-0002": { fires: [HEAD, `${HEAD}USER 0\n`], silent: [`${HEAD}USER nobody\n`, `${HEAD}USER 1000:1000\n`] },
  "trivy:DS-0026": {
    fires: [HEAD],
    silent: [`${HEAD}HEALTHCHECK --interval=5s CMD ["/a"]\n`, `FROM debian:12 AS a\nHEALTHCHECK CMD ["/a"]\nFROM a\n`],
  },
  "trivy:DS-0017": {
    fires: [`${HEAD}RUN apt-get update -qq\nRUN apt-get install -y a\n`],
    silent: [`${HEAD}RUN apt-get update; apt-get install -y a\n`, `${HEAD}RUN <<EOF\napt-get update\napt-get install -y a\nEOF\n`],
  },
  "trivy:DS-0004": {
    fires: [`${HEAD}EXPOSE 22/tcp\n`, `${HEAD}EXPOSE 22/udp\n`, `${HEAD}ARG P=22\nEXPOSE 80 $P\n`],
    silent: [`${HEAD}EXPOSE 2222 8022/tcp\n`],
  },
  "checkov:CKV_DOCKER_1": { fires: [`${HEAD}EXPOSE 22\n`], silent: [`${HEAD}EXPOSE 22/udp\n`] },
  "trivy:DS-0030": {
    fires: [`${HEAD}WORKDIR /lost+found/x\n`, `${HEAD}VOLUME /initrd\n`],
    silent: [`${HEAD}WORKDIR /lost\n`, `${HEAD}WORKDIR /srv/initrd\n`],
  },
  "checkov:CKV2_DOCKER_13": {
    fires: [`${HEAD}RUN npm c set strict-ssl=false\n`, `${HEAD}RUN yarn config set strict-ssl false\n`],
    silent: [`${HEAD}RUN npm c set strict-ssl=true\n`, `${HEAD}RUN npm c get strict-ssl\n`],
  },
  "checkov:CKV_DOCKER_4": { fires: [`${HEAD}ADD rootfs.tar.xz b.txt /\n`], silent: [`${HEAD}COPY a /a\n`] },
  "trivy:DS-0031": {
    fires: [
      `${HEAD}ENV DB_PASSWORD=hunter2hunter2\n`,
      `${HEAD}ARG GITHUB_TOKEN\n`,
      `${HEAD}RUN aws --profile ci configure set aws_secret_access_key abc\n`,
      `${HEAD}RUN <<EOF\naws configure set default.aws_access_key_id abc\nEOF\n`,
      `${HEAD}RUN apt-get update && az login -u a --password=b\n`,
      `${HEAD}RUN gcloud auth activate-service-account a@b.test\n`,
      `${HEAD}COPY creds "\${AWS_SHARED_CREDENTIALS_FILE}"\n`,
      `${HEAD}ENV AWS_CONFIG_FILE=/c\nADD --chmod=600 a $AWS_CONFIG_FILE\n`,
    ],
    silent: [
      `${HEAD}RUN aws configure set region eu-central-1\n`,
      `${HEAD}RUN --mount=type=secret,id=k aws configure set aws_secret_access_key "$(cat /run/secrets/k)"\n`,
      `${HEAD}RUN az login --identity\n`,
      `${HEAD}RUN gcloud auth list\n`,
      `${HEAD}COPY creds $AWS_CONFIG_FILENAMES\n`,
      `${HEAD}ENV DB_PASSWORD_FILE=/run/secrets/db\n`,
      `${HEAD}RUN --mount=type=secret,id=token cat /run/secrets/token\n`,
      `${HEAD}ENV TOKENIZERS_PARALLELISM=false\n`,
    ],
  },
};

test.each(Object.entries(VARIANTS))("%s: forms that no corpus holds", (alias, { fires, silent }) => {
  expect(findRules(alias)).not.toEqual([]);
  expect(fires.filter((text) => !speaks(alias, text))).toEqual([]);
  expect(silent.filter((text) => speaks(alias, text))).toEqual([]);
});
