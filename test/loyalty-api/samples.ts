/** The samples of the vendor's pages, and builders for answers that differ in one thing. */
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

/** The same on the wire, as the vendor documents it. */
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

/** A customer of `customer/get` with every optional part that is documented, each as in the vendor's sample. */
export const customerAnswerText = `{"response":{
  "status":{"success":"true","code":200,"message":"Success","total":"1","success_count":"1"},
  "customers":{"customer":[{
    "user_id":343445382,"firstname":"Rita","lastname":"James","mobile":"917713643123",
    "email":"rita.john@example.com","external_id":"XYPZ006",
    "lifetime_points":2400,"lifetime_purchases":23400,"loyalty_points":2280,"current_slab":"bronze",
    "registered_on":"2012-09-11 11:11:15","updated_on":"2019-12-09 14:59:49",
    "registered_till":{"code":"till.a","name":"Till A"},"type":"LOYALTY","source":"instore",
    "fraud_details":{"status":"NOT_FRAUD","reason":"Checked"},
    "points_summaries":{"points_summary":[{
      "programId":"1016","program_title":"Rewards","program_description":"All stores",
      "redeemed":"100","expired":"20","returned":"0","adjusted":"0",
      "lifetimePoints":"2400","loyaltyPoints":"2280","cumulativePurchases":"23400",
      "currentSlab":"bronze","currentSlabDescription":"Bronze","nextSlab":"silver","nextSlabSerialNumber":"2",
      "nextSlabDescription":"silver","slabSNo":"1","slabExpiryDate":"2119-09-11 23:59:59","totalPoints":"",
      "delayed_points":"40","delayed_returned_points":"0","total_available_points":"2280","total_returned_points":"1.0E3",
      "program_points_to_currency_ratio":"0.01","linked_partner_programs":[],
      "gap_to_upgrade":{"upgrade_strategy":[{"upgrade_based_on":"CUMULATIVE_PURCHASES","upgrade_entity_identifers":{},
        "upgrade_threshold":"25000","customer_upgrade_entity_values":
          {"current_value":"9786","gap_to_upgrade":"15214","value_valid_upto":"2027-05-06"}},
        {"upgrade_based_on":"TRACKER_VALUE_BASED","upgrade_entity_identifers":{"tracker_name":"Visits in May"},
        "upgrade_threshold":"5","customer_upgrade_entity_values":
          {"current_value":"2","gap_to_upgrade":"3","value_valid_upto":"2027-05-31"}}]},
      "gap_to_renew":{"tier_expiry_date":"2027-09-03","renew_confirmed":"false","renew_strategy":[{"renew_based_on":"PURCHASE",
        "renew_entity_identifiers":{},"renew_threshold":"30000","customer_renew_entity_value":"1200",
        "customer_gap_to_renew_value":"28800"}]}}]},
    "expiry_schedule":[{"points":"10","expiry_date":"2027-03-25"},{"points":"25","expiry_date":"2099-03-25"}],
    "coupons":{"coupon":[{"id":"4837","series_id":"2491","code":"X2Y7AP","description":"Tea for two",
      "created_date":"2027-01-04 19:47:12","valid_till":"2099-02-28 23:59:59","redeemed":"false",
      "same_user_multiple_redeem":"false"}]},
    "transactions":{"transaction":[
      {"id":"3739","number":"B-1239","type":"REGULAR","created_date":"2027-04-05 17:07:23","store":"till.a"},
      {"id":"3740","number":"B-1300","type":"RETURN","created_date":"2027-05-01 10:00:00","store":"till.a"}]},
    "cards":{"card":[{"card_number":"4000-1"}]},
    "custom_fields":{"field":[{"name":"age","value":"46"},{"name":"hobby","value":"[\\"Playing\\",\\"Singing\\"]"}]},
    "extended_fields":{"field":[{"name":"gender","value":"Male"}]},
    "subscriptions":{"subscription":[
      {"channel":"SMS","priority":"BULK","scope":"ALL","status":"1"},
      {"channel":"WHATSAPP","priority":"BULK","scope":"ALL","status":"0"}]},
    "item_status":{"success":"true","code":"1000","message":"Customer found","warnings":{"warning":[]}}
  }]}}}`;

/** Every side effect that the vendor documents. */
export const sideEffectTexts = [
  '{"type":"points","awarded_points":50,"total_points":2330}',
  '{"type":"points","awardedPoints":50}',
  '{"type":"points","awarded_points":100,"customer_id":"424133021","is_referrer":"true"}',
  '{"type":"coupon","coupon_code":"IYVS2E6V","coupon_type":"Voucher","description":"Welcome","valid_till":"2020-06-27 23:59:59"}',
  `{"type":"slab","previous_slab_name":"Silver","previous_slab_number":"2","upgraded_slab_name":"Gold",
    "upgraded_slab_number":"3"}`,
  `{"type":"alternate_currency","alternate_currency_name":"Stars","alternate_currency_identifier":"r1",
    "awarded_value":"110"}`,
];

/** Of `customer/transactions`: what `customer/get` does not return. */
export const purchasesAnswerText = `{"response":{
  "status":{"success":"true","code":200,"message":"Success"},
  "customer":{"user_id":343445382,"transactions":{"transaction":[{"id":"3739","number":"B-1239","type":"REGULAR",
    "amount":"200.00","billing_time":"2027-04-05 17:07:23","store":"Store A","store_code":"a",
    "points":{"issued":"20","redeemed":"0","returned":"0","expired":"0","expiry_date":"2028-04-05","program_id":"1016"}}]},
  "item_status":{"success":"true","code":"1000","message":"Found"}}}}`;

export function answer(
  body: unknown,
  http: { status?: number; headers?: { [name: string]: string } } = {},
): HttpResult {
  return {
    kind: 'answer',
    status: http.status ?? 200,
    headers: http.headers ?? { 'x-cap-requestid': 'req-1', 'content-type': 'application/json' },
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
