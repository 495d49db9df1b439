import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** How many files of each kind a repository of 1,000 has. */
const SHARES = { dockerfile: 200, ignore: 100, compose: 100, manifest: 200, workflow: 60, json: 140, other: 200 } as const;
type Share = keyof typeof SHARES;

const IMAGES = ["node:22-slim", "python:3.13", "golang:1.24-alpine", "debian:12", "eclipse-temurin:21-jre"];
const pick = <T>(all: readonly T[], at: number): T => all[at % all.length] as T;

const dockerfile = (n: number): string => `# syntax=docker/dockerfile:1
ARG BASE=${pick(IMAGES, n)}
FROM \${BASE} AS build
WORKDIR /src
ENV NODE_ENV=production PORT=${3000 + n}
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev
RUN apt-get update && apt-get install -y --no-install-recommends \\
      curl=8.5.0-2 \\
      # for the certificates
      ca-certificates \\
    && rm -rf /var/lib/apt/lists/*
COPY . .
RUN <<EOF
set -e
mkdir -p /out/${n}
for file in dist/*.js; do cp "$file" /out/${n}; done
EOF
${n % 3 === 0 ? "RUN cd /tmp && wget http://example.org/tool.tgz | tar xz\n" : ""}
FROM ${pick(IMAGES, n + 1)}
LABEL org.opencontainers.image.title="service ${n}" org.opencontainers.image.licenses=Apache-2.0
COPY --from=build --chown=1000:1000 /out /app
${n % 4 === 0 ? "" : "USER 1000:1000\n"}EXPOSE ${3000 + n}
HEALTHCHECK --interval=10s --timeout=2s CMD ["node", "/app/health.js"]
ENTRYPOINT ["node", "/app/server.js"]
`;

/** A service of some 20 lines. */
export const composeService = (n: number): string => `  service-${n}:
    image: registry.example.org/shop/service-${n}:1.${n}.0
    restart: unless-stopped
    init: true
    environment:
      LOG_LEVEL: \${LOG_LEVEL:-info}
      DATABASE_URL: postgres://db-${n}/shop
      FEATURE_${n}: "on"
    ports:
      - "127.0.0.1:${10_000 + n}:8080"
    volumes:
      - data-${n}:/var/lib/service
    healthcheck:
      test: ["CMD", "wget", "-qO-", "http://127.0.0.1:8080/health"]
      interval: 10s
      timeout: 2s
    deploy:
      resources:
        limits: {cpus: "0.5", memory: 256M}
`;

/** A compose file of services `first` up to `first + count`, with the volumes they use. */
export const composeFile = (first: number, count: number): string => {
  const numbers = Array.from({ length: count }, (_, index) => first + index);
  return `name: shop-${first}\nservices:\n${numbers.map(composeService).join("")}volumes:\n${numbers.map((n) => `  data-${n}: {}\n`).join("")}`;
};

const manifest = (n: number): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: service-${n}, namespace: shop, labels: {app: service-${n}}}
spec:
  replicas: ${1 + (n % 3)}
  selector: {matchLabels: {app: service-${n}}}
  template:
    metadata: {labels: {app: service-${n}}}
    spec:
      containers:
        - name: web
          image: registry.example.org/shop/service-${n}:1.${n}.0
          ports: [{containerPort: 8080}]
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {memory: 256Mi}
          securityContext: {allowPrivilegeEscalation: ${n % 2 === 0 ? "false" : "true"}, readOnlyRootFilesystem: true}
          readinessProbe: {httpGet: {path: /health, port: 8080}}
---
apiVersion: v1
kind: Service
metadata: {name: service-${n}, namespace: shop}
spec:
  selector: {app: service-${n}}
  ports: [{port: 80, targetPort: 8080}]
`;

const workflow = (n: number): string => `name: service ${n}
on:
  push: {branches: [main]}
  pull_request:
permissions: {contents: read}
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    strategy: {matrix: {node: [22, 24]}}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: {node-version: "\${{ matrix.node }}"}
      - run: |
          npm ci
          npm test -- --shard=${n % 4}/4
      - name: Report
        if: \${{ failure() && github.event_name == 'push' }}
        run: echo "failed in \${{ github.ref_name }}"
`;

const file = (share: Share, n: number): readonly [string, string] => {
  const folder = `services/${String(n).padStart(3, "0")}`;
  switch (share) {
    case "dockerfile":
      return [`${folder}/Dockerfile`, dockerfile(n)];
    case "ignore":
      return [`${folder}/.dockerignore`, "node_modules\n.git\n**/*.log\n!keep.log\n"];
    case "compose":
      return [`stacks/${n}/compose.yaml`, composeFile(n * 5, 1 + (n % 5))];
    case "manifest":
      return [`deploy/${n}.yaml`, manifest(n)];
    case "workflow":
      return [`.github/workflows/service-${n}.yml`, workflow(n)];
    case "json":
      return [
        `${folder}/package-${n}.json`,
        JSON.stringify({ name: `service-${n}`, version: `1.${n}.0`, dependencies: { pg: "8.16.3" } }, null, 2),
      ];
    case "other":
      return [`${folder}/src/server-${n}.ts`, `export const port = ${3000 + n};\n`.repeat(40)];
  }
};

/** Writes the repository and hands it to git, as its user would have it. Returns how many files it has, and how many of them are for rules. */
export const writeRepository = (folder: string): { readonly count: number; readonly judged: number } => {
  const shares: readonly Share[] = ["dockerfile", "ignore", "compose", "manifest", "workflow", "json", "other"];
  const files = shares.flatMap((share) => Array.from({ length: SHARES[share] }, (_, n) => file(share, n)));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  execFileSync("git", ["init", "--quiet", folder]);
  execFileSync("git", ["-C", folder, "add", "--all"]);
  return { count: files.length, judged: files.length - SHARES.json - SHARES.other };
};
