export declare function isSimple(value: unknown, owned?: Set<object>): boolean
export declare function findUncloneable(
  value: unknown,
  path: string,
  seen?: Set<unknown>,
): { path: string; what: string } | null
