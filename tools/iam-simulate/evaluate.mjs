// Evaluates IAM policies with iam-simulate: a line of JSON in, a line of JSON out, in the same order.
//
//   {"policy": NAME, "kind": "identity", "resource", "trust" or "endpoint", "document": POLICY}   keeps a policy under a name
//     answer: {} or {"error": why IAM would refuse it}
//   {"principal": ARN or service or "" for nobody signed in, "action": ACTION, "resource": ARN or "*", "account": of the resource,
//    "context": {KEY: VALUE}, "identity": [NAME], "boundary": [NAME], "policy": NAME of the resource's, "endpoint": NAME of the VPC endpoint's}
//     answer: {"result": "Allowed", "ImplicitlyDenied" or "ExplicitlyDenied", "by": ["NAME Sid"], "if": conditions left open}
//          or {"error": why there is no such question}
//
// The context is what is known of the request; an empty value says that the request lacks the key. What the context lacks is open: the
// answer is Allowed if anything could be there with which it is, and "if" says what.
import { createInterface } from 'node:readline'
import { createValidatedPolicy, validateEndpointPolicy, validateIdentityPolicy, validateResourcePolicy, validateTrustPolicy } from '@cloud-copilot/iam-policy'
import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate'

const policies = new Map()
const validators = { identity: validateIdentityPolicy, resource: validateResourcePolicy, trust: validateTrustPolicy, endpoint: validateEndpointPolicy }

// iam-simulate drops a key from the context that AWS's reference does not list by its whole name: those of KMS with the name of what is
// encrypted in them, and sub and aud of GitHub's tokens (findings/iam-data-lacks-sub-and-context-keys.sh). A tag of the principal may have
// any name, so they travel as such.
const unlisted = ['kms:EncryptionContext:', 'token.actions.githubusercontent.com:']
const hidden = text => unlisted.reduce((text, key) => text.replaceAll(key, `aws:PrincipalTag/${key}`), text)
const shown = text => unlisted.reduce((text, key) => text.replaceAll(`aws:PrincipalTag/${key}`, key), text)

function define({ policy: name, kind, document }) {
  const validated = createValidatedPolicy(JSON.parse(hidden(JSON.stringify(document))), validators[kind])
  validated.name = name // which answers give back
  policies.set(name, validated)
  return validated.errors.length > 0 ? { error: validated.errors.map(e => `${e.path}: ${e.message}`).join('; ') } : {}
}

function get(name) {
  const policy = policies.get(name)
  if (!policy) throw new Error(`no policy ${name} was given`)
  return policy
}

const named = names => (names ?? []).map(name => ({ name, policy: get(name) }))

// said is a condition as text, with brackets where AND and OR meet.
function said(condition, within) {
  switch (condition?.conditionType) {
    case undefined: case 'always': return ''
    case 'never': return 'never'
    case 'sessionName': return `session ${condition.sessionName.join(' or ')}`
    case 'condition': return `${condition.inverted ? 'not ' : ''}${condition.key} ${condition.op} ${condition.values.join(' or ')}`
    default: {
      const parts = [...new Set(condition.conditions.map(c => said(c, condition.operator)).filter(text => text))]
      const text = parts.join(` ${condition.operator} `)
      return parts.length > 1 && within && within !== condition.operator ? `(${text})` : text
    }
  }
}

// sid is a statement by its policy and its Sid, if it has one.
const sid = s => `${s.policyId} ${s.explain.identifier}`.replace(/ [0-9]+$/, '')

async function ask({ principal, action, resource, account, context = {}, identity, boundary, policy, endpoint }) {
  const known = Object.entries(context).map(([key, value]) => [hidden(key), value])
  const contextVariables = Object.fromEntries(known.filter(([, value]) => value !== ''))
  const simulation = {
    request: { principal: principal || anonymousPrincipal, action, resource: { resource, accountId: account }, contextVariables },
    identityPolicies: named(identity), serviceControlPolicies: [], resourceControlPolicies: [],
    ...(boundary?.length ? { permissionBoundaryPolicies: named(boundary) } : {}),
    ...(policy ? { resourcePolicy: get(policy) } : {}),
    ...(endpoint ? { vpcEndpointPolicies: named([endpoint]) } : {}),
  }
  const answer = await runSimulation(simulation, {
    simulationMode: 'Discovery',
    discoveryContextKeyConstraints: known.map(([keyName]) => ({ keyName, presenceIsKnown: true, valueIsKnown: true })),
  })
  if (answer.resultType === 'error') return { error: JSON.stringify(answer.errors) }
  if (answer.resultType !== 'single') return { error: 'a wildcard in the resource asks about any' }
  const of = answer.result.analysis
  const by = []
  if (of.result === 'Allowed') {
    for (const s of [...(of.identityAnalysis?.allowStatements ?? []), ...(of.resourceAnalysis?.allowStatements ?? [])]) {
      if (s.principalMatch !== 'AccountLevelMatch') by.push(sid(s)) // that one leaves it to the policies of the account
    }
  } else {
    for (const part of [of.identityAnalysis, of.permissionBoundaryAnalysis, of.resourceAnalysis]) {
      by.push(...(part?.denyStatements ?? []).map(sid))
    }
  }
  return { result: of.result, by, if: shown(said(of.conditions)) }
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer
  try {
    const asked = JSON.parse(line)
    answer = asked.document ? define(asked) : await ask(asked)
  } catch (error) {
    answer = { error: error.stack }
  }
  if (!process.stdout.write(JSON.stringify(answer) + '\n')) await new Promise(resolve => process.stdout.once('drain', resolve))
}
