/** The vendor's samples from api-facts, and builders for answers that differ in one thing. */
import type { HttpResult } from '../../electron/loyalty-api/transport.ts';

export const updateAnswerText = `{"response":{
  "status":{"success":"true","code":200,"message":"Success","total":"1","success_count":"1"},
  "customers":{"customer":[{
    "user_id":343445382,"firstname":"Rita","lastname":"James","mobile":"917713643123",
    "email":"rita.john@example.com","external_id":"XYPZ006",
    "lifetime_points":0,"lifetime_purchases":0,"loyalty_points":0,
    "current_slab":"bronze","tier_expiry_date":"2112-09-11 23:59:59",
    "points_summaries":{"points_summary":[{
      "programId":"1016","redeemed":"100","expired":"20","returned":"0","adjusted":"0",
      "lifetimePoints":"2400","loyaltyPoints":"2280","cumulativePurchases":"23400",
      "currentSlab":"bronze","nextSlab":"silver","nextSlabSerialNumber":"2","nextSlabDescription":"silver",
      "slabSNo":"1","slabExpiryDate":"2119-09-11 23:59:59","totalPoints":""}]},
    "registered_on":"2012-09-11 11:11:15","updated_on":"2019-12-09 14:59:49",
    "type":"LOYALTY","source":"instore","fraud_status":"NONE",
    "custom_fields":{"field":[]},
    "extended_fields":{"field":[{"name":"gender","value":"Male"}]},
    "subscriptions":{"subscription":[{"channel":"SMS","priority":"BULK","scope":"ALL","status":"1"}]},
    "side_effects":{"effect":[
      {"type":"points","awarded_points":50,"total_points":2330},
      {"type":"coupon","coupon_code":"IYVS2E6V","description":"Welcome","valid_till":"2020-06-27 23:59:59"}]},
    "item_status":{"success":"true","code":"1000","message":"Customer successfully updated",
      "warnings":{"warning":["91017","1017"]}}
  }]}}}`;

/** The documented update request in the app's own words. */
export const documentedUpdate = {
  identifier: { type: 'mobile', value: '44700900011' },
  changes: {
    firstName: 'Rita',
    lastName: 'James',
    registeredOn: '2019-09-11 10:12:00',
    registeredTill: '',
    associatedWith: 'till.code',
    type: 'LOYALTY',
    fraudStatus: 'CONFIRMED',
    'subscription.email.TRANS': '1',
    'subscription.sms.BULK': '0',
    'extended.gender': 'male',
    'custom.age': '46',
  },
} as const;

/** The same on the wire, as api-facts gives it. */
export const updateRequestText = `{"root":{"customer":[{
  "mobile":"44700900011",
  "firstname":"Rita", "lastname":"James",
  "registered_on":"2019-09-11 10:12:00",
  "registered_till":"", "associated_with":"till.code",
  "type":"LOYALTY",
  "fraud_status":{"status":"CONFIRMED"},
  "subscriptions":{"subscription":[
    {"priority":"TRANS","scope":"all","is_subscribed":"1","channel":"email"},
    {"priority":"BULK","scope":"all","is_subscribed":"0","channel":"sms"}]},
  "extended_fields":{"field":[{"name":"gender","value":"male"}]},
  "custom_fields":{"field":[{"name":"age","value":"46"}]}
}]}}`;

export const userId = '343445382';

export function answer(
  body: unknown,
  told: { status?: number; headers?: { [name: string]: string } } = {},
): HttpResult {
  return {
    kind: 'answer',
    status: told.status ?? 200,
    headers: told.headers ?? { 'x-cap-requestid': 'req-1', 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** An answer about one customer with this `response.status` and `item_status`. */
export function itemBody(item: object, request: object = { success: 'true', code: 200, message: 'Success' }): object {
  const customer = { user_id: userId, firstname: 'Rita', item_status: item };
  return { response: { status: request, customers: { customer: [customer] } } };
}

/** An answer with nothing but the request's own status. */
export function requestBody(code: number, message = 'told'): object {
  return { response: { status: { success: 'false', code, message } } };
}

export const page = '<!DOCTYPE html><html><body>Welcome to the mall WiFi. Please sign in.</body></html>';
