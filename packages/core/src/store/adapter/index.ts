export { DatabaseStore, type StoreParts } from './database-store'
export type { Backing, Run } from './lifetime'
export type { Payload } from './payload'
export { type ChannelLimits, type Ears, SignalChannel } from './signal-channel'
