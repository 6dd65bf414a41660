// Sends with the Node SDKs as their pages show it: node server_sdks.mjs ADDRESS KEY. Exits when all is sent.
import { Analytics } from '@segment/analytics-node'
import RudderAnalytics from '@rudderstack/rudder-sdk-node'

const [, , address, key] = process.argv

const segment = new Analytics({ writeKey: key, host: address, flushInterval: 500 })
segment.identify({ userId: 'node-segment', traits: { email: 'node-segment@mail.example' } })
segment.track({ userId: 'node-segment', event: 'Product Viewed', properties: { product_id: '20725', name: 'Lunch bag' } })
segment.page({ userId: 'node-segment', name: 'Home' })
segment.screen({ userId: 'node-segment', name: 'Basket' })
segment.group({ userId: 'node-segment', groupId: 'g1' })
await segment.closeAndFlush()

const rudder = new RudderAnalytics(key, { dataPlaneUrl: address, flushAt: 1, gzip: true })
rudder.identify({ userId: 'node-rudder', traits: { email: 'node-rudder@mail.example' } })
rudder.track({ userId: 'node-rudder', event: 'Product Viewed', properties: { product_id: '20725', name: 'Lunch bag' } })
await new Promise((done) => rudder.flush(done))
await new Promise((done) => setTimeout(done, 500))
process.exit(0)
