import * as v from "valibot";
import { PROFILES, SEVERITIES } from "../../checklist/index.ts";
import { LABEL_FORMS } from "../rule-settings.ts";
import { ruleOverride } from "./rule-override.ts";
import { dateSchema, described, flag, listSchema, section, textSchema, wordSchema } from "./section.ts";

const ACTION = "owner/repo, owner/repo/path, owner/* or *";
const VERSION = /^v?1\.\d{1,3}(?:\.\d+)?$/;

const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text, "v") instanceof RegExp;
  } catch {
    return false;
  }
};

const ignore = v.strictObject({
  rule: described("The rule's id or name, or a peer's id such as DL3008.", wordSchema),
  path: v.exactOptional(described("File or pattern, from this file's folder. Absent: every file.", wordSchema)),
  until: v.exactOptional(described("The last day it holds, in UTC.", dateSchema)),
  why: described("The reason, for those who read it next year.", wordSchema),
});

const workflow = v.strictObject({
  pins: v.exactOptional(
    described(
      `How actions must be pinned: hash (a commit), ref (a tag or branch will do) or any, by ${ACTION}; the longest that matches counts.`,
      v.record(wordSchema, v.picklist(["hash", "ref", "any"], "expected hash, ref, any")),
    ),
  ),
  allowedActions: v.exactOptional(described(`The only actions that may be used: ${ACTION}.`, listSchema)),
  deniedActions: v.exactOptional(described(`Actions that may not be used: ${ACTION}.`, listSchema)),
  acceptedAdvisories: v.exactOptional(described("Advisories that were looked at and do not matter here, GHSA-....", listSchema)),
  openSecrets: v.exactOptional(described("Names of secrets that need no environment to guard them.", listSchema)),
  cooldownDays: v.exactOptional(
    described(
      "How many days old a release must be before Dependabot proposes it. 7 when absent.",
      v.pipe(v.number("expected a number of days"), v.integer("expected a whole number of days"), v.minValue(0, "expected 0 or more days")),
    ),
  ),
});

const dockerfile = v.strictObject({
  buildArgs: v.exactOptional(
    described(
      "Values of ARGs, as the build of Dockerfiles that no compose service builds will give them.",
      v.record(wordSchema, textSchema),
    ),
  ),
  labels: v.exactOptional(
    described(
      "Labels that every image must have, and what their values must be.",
      v.record(wordSchema, v.picklist(LABEL_FORMS, `expected ${LABEL_FORMS.join(", ")}`)),
    ),
  ),
  strictLabels: v.exactOptional(described("Whether labels that are not among these are refused. No when absent.", flag)),
  secretNames: v.exactOptional(described("Names of ARG and ENV that hold secrets, beside those that sound like it.", listSchema)),
});

const compose = v.strictObject({
  movingTags: v.exactOptional(described("Tags that name no version, beside latest and its like.", listSchema)),
  pullPolicySettles: v.exactOptional(described("Whether pull_policy settles which of build and image is meant. Yes when absent.", flag)),
  quotes: v.exactOptional(
    described("How ports are quoted. double when absent.", v.picklist(["single", "double"], "expected single, double")),
  ),
  topLevelOrder: v.exactOptional(described("The order of the keys at the top, x- standing for all extensions.", listSchema)),
  serviceKeyOrder: v.exactOptional(
    described("The order of a service's keys, group by group.", v.array(listSchema, "expected a list of groups, each a list of keys")),
  ),
  containerName: v.exactOptional(
    described("What a container_name must match.", v.pipe(wordSchema, v.check(isPattern, "expected a regular expression"))),
  ),
});

export const check = section({
  key: "check",
  scope: "project",
  docs: "Which findings count, and what the rules cannot know. Lists here and in `.seaworthy.yaml` are joined; of other keys the compose file's counts.",
  schema: v.strictObject({
    ignore: v.optional(
      described("Findings to leave out, with a reason and, better, an end.", v.array(ignore, "expected a list of mappings")),
      [],
    ),
    rules: v.optional(
      described(
        "By rule (its id or name, or a peer's id): how serious its findings are here, or off, which owes a reason.",
        v.record(wordSchema, ruleOverride),
      ),
      {},
    ),
    fail: v.exactOptional(
      described(
        "Findings at or above it make check exit 1. Absent: error under dev, else warning.",
        v.picklist(SEVERITIES, `expected ${SEVERITIES.join(", ")}`),
      ),
    ),
    profile: v.exactOptional(
      described(
        "How much is asked: strict adds rules of taste and habit. Absent: the policy's.",
        v.picklist(PROFILES, `expected ${PROFILES.join(", ")}`),
      ),
    ),
    trustedRegistries: v.exactOptional(
      described("Registries that images may come from: ghcr.io, or with a path, ghcr.io/acme. Absent: every one.", listSchema),
    ),
    kubernetesVersion: v.exactOptional(
      described(
        "The cluster's version. Absent: the newest that the rules know.",
        v.pipe(v.string('expected a version in quotes, such as "1.30"'), v.regex(VERSION, 'expected a version in quotes, such as "1.30"')),
      ),
    ),
    workflow: v.exactOptional(described("For the rules about workflows of GitHub and GitLab.", workflow)),
    dockerfile: v.exactOptional(described("For the rules about Dockerfiles.", dockerfile)),
    compose: v.exactOptional(described("For the rules about compose files.", compose)),
  }),
});
