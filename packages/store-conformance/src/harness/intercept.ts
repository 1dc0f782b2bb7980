import type { Store } from '@jobs-worker/core/store'

/** The store, with some of its methods replaced. */
export function intercepted(store: Store, methods: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, key) {
      const own: unknown = methods[key as keyof Store]
      if (own !== undefined) return own
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
