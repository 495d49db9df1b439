/** `<account>.dkr.ecr.<region>.amazonaws.com` and its newer and Chinese forms (amazon-ecr-credential-helper, api/client.go). */
const ECR = /^\d{12}\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$/;

/** The region of an ECR registry, undefined for any other. */
export const ecrRegion = (registry: string): string | undefined => ECR.exec(registry)?.[1];

/** Google's Artifact Registry and the older Container Registry. */
export const isGoogle = (registry: string): boolean => /^(?:[a-z0-9-]+\.)?gcr\.io$|^[a-z0-9-]+-docker\.pkg\.dev$/.test(registry);

/** How somebody gets credentials for a registry into Docker's configuration. */
export const loginHint = (registry: string): string => {
  const region = ecrRegion(registry);
  if (region !== undefined)
    return `Log in: aws ecr get-login-password --region ${region} | docker login --username AWS --password-stdin ${registry}; and check that the role may do this.`;
  if (isGoogle(registry)) return `Log in: gcloud auth configure-docker ${registry}; and check that the account may do this.`;
  const azure = /^([a-z0-9]+)(?:-[a-z0-9]+)?\.azurecr\.io$/.exec(registry)?.[1];
  if (azure !== undefined) return `Log in: az acr login --name ${azure}; and check that the account may do this.`;
  if (registry === "ghcr.io")
    return "Log in: docker login ghcr.io, with a token that has read:packages (write:packages to push) as the password.";
  if (registry === "docker.io") return "Log in with docker login (or set DOCKER_AUTH_CONFIG), and check that the account may do this.";
  return `Log in with docker login ${registry} (or set DOCKER_AUTH_CONFIG), and check that the account may do this.`;
};
