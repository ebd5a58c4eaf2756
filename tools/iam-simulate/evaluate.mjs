// Evaluates IAM policies with iam-simulate: a line of JSON in, a line of JSON out, in the same order.
//
//   {"policy": NAME, "kind": "identity" or "resource", "document": POLICY}   keeps a policy under a name
//     answer: {} or {"error": why IAM would refuse it}
//   {"principal": ARN or service or "" for nobody signed in, "action": ACTION, "resource": ARN or "*", "account": of the resource,
//    "context": {KEY: VALUE}, "identity": [NAME], "boundary": [NAME], "policy": NAME of the resource's}
//     answer: {"result": "Allowed", "ImplicitlyDenied" or "ExplicitlyDenied", "by": ["NAME Sid"], "if": conditions left open}
//          or {"error": why there is no such question}
//
// The context is what is known of the request. What it lacks is open: the answer is Allowed if anything could be there with which it is,
// and "if" says what.
import { createInterface } from 'node:readline'
import { createValidatedPolicy, validateIdentityPolicy, validateResourceControlPolicy, validateResourcePolicy, validateTrustPolicy } from '@cloud-copilot/iam-policy'
import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate'

const policies = new Map()
const validators = { identity: validateIdentityPolicy, resource: validateResourcePolicy, trust: validateTrustPolicy, control: validateResourceControlPolicy }

function define({ policy: name, kind, document }) {
  const validated = createValidatedPolicy(document, validators[kind])
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

async function ask({ principal, action, resource, account, context = {}, identity, boundary, policy }) {
  const known = Object.keys(context)
  const simulation = {
    request: { principal: principal || anonymousPrincipal, action, resource: { resource, accountId: account }, contextVariables: context },
    identityPolicies: named(identity), serviceControlPolicies: [], resourceControlPolicies: [],
    ...(boundary?.length ? { permissionBoundaryPolicies: named(boundary) } : {}),
    ...(policy ? { resourcePolicy: get(policy) } : {}),
  }
  const answer = await runSimulation(simulation, {
    simulationMode: 'Discovery',
    discoveryContextKeyConstraints: known.map(keyName => ({ keyName, presenceIsKnown: true, valueIsKnown: true })),
  })
  if (answer.resultType === 'error') return { error: JSON.stringify(answer.errors) }
  if (answer.resultType !== 'single') return { error: 'a wildcard in the resource asks about any' }
  const of = answer.result.analysis
  const by = []
  if (of.result === 'Allowed') {
    for (const s of [...(of.identityAnalysis?.allowStatements ?? []), ...(of.resourceAnalysis?.allowStatements ?? [])]) {
      by.push(`${s.policyId} ${s.explain.identifier}`)
    }
  } else {
    for (const part of [of.identityAnalysis, of.permissionBoundaryAnalysis, of.resourceAnalysis]) {
      for (const s of part?.denyStatements ?? []) by.push(`${s.policyId} ${s.explain.identifier}`)
    }
  }
  return { result: of.result, by, if: said(of.conditions) }
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
