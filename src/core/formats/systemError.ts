// What the system reports when it cannot do something with a file.

/** The code of a system error, like ENOENT; undefined for any other error. */
export function systemErrorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

const descriptions: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOENT: 'the folder does not exist',
  ENOTDIR: 'a part of its path is no folder',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
  EBUSY: 'it is in use',
  EIO: 'the device reports an error',
};

/** A system error in a few words, with its code. */
export function describeSystemError(error: Error): string {
  const code = systemErrorCode(error);
  if (code === undefined) return error.message;
  const words = descriptions[code];
  return words === undefined ? code : `${words}, ${code}`;
}
