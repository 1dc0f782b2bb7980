import type { CommandStartedEvent, Document, MongoClient } from 'mongodb'

/** A query that a store has sent, and how the server answers it. */
export interface Plan {
  readonly collection: string
  readonly text: string
  /** Indexes that it walks; '' where it looks through the collection. */
  readonly indexes: readonly string[]
  /** Rows or keys that it looked at. */
  readonly examined: number
  /** It sorts what it has found: the index does not give the order. */
  readonly sorts: boolean
}

/** Every find that happens during some work, explained as the server would do it now. */
export async function plansOf(
  client: MongoClient,
  database: string,
  work: () => Promise<unknown>,
): Promise<readonly Plan[]> {
  const seen = new Map<string, Document>()
  const hear = ({ commandName, command, databaseName }: CommandStartedEvent) => {
    if (commandName !== 'find' || databaseName !== database) return
    const { find, filter, limit, projection } = command
    // The driver's own form of it is a Map.
    const sort = command.sort && Object.fromEntries(command.sort)
    const query = { find, filter, ...(sort && { sort }), ...(limit && { limit }), ...(projection && { projection }) }
    seen.set(JSON.stringify([find, filter, sort]), query)
  }
  client.on('commandStarted', hear)
  try {
    await work()
  } finally {
    client.off('commandStarted', hear)
  }
  const plans: Plan[] = []
  for (const query of seen.values()) {
    const answer = await client.db(database).command({ explain: query, verbosity: 'executionStats' })
    plans.push(planOf(query, answer))
  }
  return plans
}

function planOf(query: Document, answer: Document): Plan {
  const stages = [...stagesOf(answer.queryPlanner.winningPlan ?? answer.queryPlanner.plan)]
  const walks = stages.filter((stage) => 'Index Name' in stage || 'indexName' in stage)
  const looksThrough = stages.some((stage) => stage['Node Type'] === 'Seq Scan' || stage.stage === 'COLLSCAN')
  const rows = (stage: Document) =>
    (stage['Actual Rows'] ?? 0) * (stage['Actual Loops'] ?? 1) + (stage['Rows Removed by Filter'] ?? 0)
  return {
    collection: query.find,
    text: JSON.stringify(query),
    indexes: looksThrough ? [''] : walks.map((stage) => stage['Index Name'] ?? stage.indexName),
    examined: answer.executionStats?.totalKeysExamined ?? walks.reduce((sum, stage) => sum + rows(stage), 0),
    sorts: stages.some((stage) => /Sort$/.test(stage['Node Type'] ?? '') || stage.stage === 'SORT'),
  }
}

/** All stages of a plan, MongoDB's own or PostgreSQL's. */
function* stagesOf(plan: unknown): Generator<Document> {
  if (typeof plan !== 'object' || plan === null) return
  if ('Node Type' in plan || 'stage' in plan) yield plan as Document
  for (const inner of Object.values(plan)) yield* stagesOf(inner)
}
