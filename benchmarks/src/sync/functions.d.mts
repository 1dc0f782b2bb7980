export declare const path: string
export declare function noop(): void
export declare function work(rounds: number): number
export declare function touch(buffer: ArrayBuffer): ArrayBuffer
export declare function spin(ms: number): void
