/** Whether a container of this user, as engines write it, begins as root. That a name other than root is another user only the image's own list can tell. */
export const beginsAsRoot = (user = ""): boolean => /^(?:root|0*)(?::|$)/.test(user.trim());
