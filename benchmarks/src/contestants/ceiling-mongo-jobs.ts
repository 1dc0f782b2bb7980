import { type Collection, type Db, MongoClient, type ObjectId } from 'mongodb'

/** A job of the ceiling: `lease` is its place in line, far in the past, until it is claimed. */
export interface BareJob {
  readonly _id?: ObjectId
  readonly payload: string
  readonly lease: number
  readonly claim?: string
}

export async function openMongo(url: string): Promise<{ client: MongoClient; db: Db; jobs: Collection<BareJob> }> {
  const client = await MongoClient.connect(url, { writeConcern: { w: 'majority' } })
  const db = client.db()
  return { client, db, jobs: db.collection<BareJob>('jobs') }
}
