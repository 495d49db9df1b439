import { type Container, type Pod, type Resource, resourceName } from "../../source/kubernetes/index.ts";
import { type Definition, type FileComplaint, kubernetesRule, NOTHING, type Rule } from "../rule.ts";
import type { KubernetesSubject } from "../subject.ts";

type Common = Omit<Definition<"kubernetes">, "applies" | "proves" | "check"> & {
  /** What silence proves, after the object's name: `run as a user other than root`. Default: nothing. */
  readonly holds?: string;
};

type Policies = Readonly<Partial<Record<string, (subject: KubernetesSubject) => Iterable<FileComplaint>>>>;

/** One container of a workload, with what it stands in. */
export interface ContainerInput {
  readonly container: Container;
  readonly node: Container["node"];
  /** `container web of Deployment/shop`. */
  readonly name: string;
  readonly pod: Pod;
  readonly resource: Resource;
  readonly subject: KubernetesSubject;
}

export interface PodInput {
  readonly pod: Pod;
  /** `Deployment/shop`. */
  readonly name: string;
  readonly resource: Resource;
  readonly subject: KubernetesSubject;
}

const ROLE_WORDS = { main: "container", init: "init container", ephemeral: "ephemeral container" } as const;

const containerName = ({ role, name }: Container, index: number, resource: Resource): string =>
  `${ROLE_WORDS[role]} ${name === "" ? String(index + 1) : name} of ${resourceName(resource)}`;

const provesOf =
  (holds: string | undefined) =>
  ({ name }: KubernetesSubject): string | typeof NOTHING =>
    holds === undefined ? NOTHING : `the containers of ${name} ${holds}`;

const policyOf = (policies: Policies, { kind }: Resource) => (Object.hasOwn(policies, kind) ? policies[kind] : undefined);

const finish = ({ holds: _holds, ...rest }: Common): Omit<Definition<"kubernetes">, "applies" | "proves" | "check"> => rest;

/** Judges each container of a workload; `policies` judge objects that allow or forbid the same to pods (PodSecurityPolicy, SecurityContextConstraints). */
export const containerRule = ({
  roles = ["main", "init"],
  policies = {},
  container: judge,
  ...common
}: Common & {
  /** Default: main and init containers. */
  readonly roles?: readonly Container["role"][];
  readonly policies?: Policies;
  readonly container: (input: ContainerInput) => Iterable<FileComplaint>;
}): Rule<"kubernetes"> =>
  kubernetesRule({
    ...finish(common),
    applies: ({ resource, name }) =>
      policyOf(policies, resource) !== undefined ||
      resource.pod?.containers.some(({ role }) => roles.includes(role)) === true ||
      `${name} runs no container`,
    proves: provesOf(common.holds),
    *check(subject) {
      const { resource } = subject;
      yield* policyOf(policies, resource)?.(subject) ?? [];
      for (const [index, container] of (resource.pod?.containers ?? []).entries())
        if (resource.pod !== undefined && roles.includes(container.role))
          yield* judge({
            container,
            node: container.node,
            name: containerName(container, index, resource),
            pod: resource.pod,
            resource,
            subject,
          });
    },
  });

/** Judges the pod of a workload. */
export const podRule = ({
  policies = {},
  kinds,
  pod: judge,
  ...common
}: Common & {
  readonly policies?: Policies;
  /** Default: every kind that runs a pod. */
  readonly kinds?: readonly string[];
  readonly pod: (input: PodInput) => Iterable<FileComplaint>;
}): Rule<"kubernetes"> => {
  const podOf = ({ pod, kind }: Resource): Pod | undefined => (kinds === undefined || kinds.includes(kind) ? pod : undefined);
  return kubernetesRule({
    ...finish(common),
    applies: ({ resource, name }) =>
      policyOf(policies, resource) !== undefined || podOf(resource) !== undefined || `${name} runs no pod that this is about`,
    proves: provesOf(common.holds),
    *check(subject) {
      const { resource } = subject;
      const pod = podOf(resource);
      yield* policyOf(policies, resource)?.(subject) ?? [];
      if (pod !== undefined) yield* judge({ pod, name: subject.name, resource, subject });
    },
  });
};

/** Judges objects of some kinds. */
export const objectRule = ({
  kinds,
  object: judge,
  ...common
}: Common & {
  readonly kinds: readonly string[];
  readonly object: (subject: KubernetesSubject) => Iterable<FileComplaint>;
}): Rule<"kubernetes"> =>
  kubernetesRule({
    ...finish(common),
    applies: ({ resource, name }) => kinds.includes(resource.kind) || `${name} is no ${kinds.join(", ")}`,
    proves: () => NOTHING,
    check: judge,
  });
