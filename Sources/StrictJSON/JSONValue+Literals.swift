extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(nilLiteral: ()) { self = .null }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int) { self = .number(String(value)) }
  public init(floatLiteral value: Double) { self = JSONValue(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Keeps the fields in the order written; a name must not be there twice.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }

  public init(_ value: Int) { self = .number(String(value)) }
  public init(_ value: Int64) { self = .number(String(value)) }

  /// Makes a number in its canonical spelling, such as `92` for 92.0; JSON has none for infinities and NaN.
  public init(_ value: Double) {
    precondition(value.isFinite, "JSON has no number for \(value).")
    self = .number(JSONNumber(value).text)
  }
}
