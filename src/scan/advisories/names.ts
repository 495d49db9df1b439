/** A package's name as its ecosystem compares names: two spellings of one package are one. */
export const canonicalName = (ecosystem: string, name: string): string => {
  switch (ecosystem.split(":", 1)[0]) {
    case "PyPI":
      // PEP 503.
      return name.toLowerCase().replaceAll(/[-_.]+/g, "-");
    case "Packagist":
    case "NuGet":
    case "Bitnami":
      return name.toLowerCase();
    case "crates.io":
      return name.replaceAll("_", "-");
    default:
      return name;
  }
};
