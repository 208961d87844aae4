import BatchModel
import Core
import FileStore
import Files
import ImageAnalysis
import StrictJSON

/// An asset's image as a batch works with it, scaled down for a page: a PNG.
package struct AssetPicture: Hashable, Sendable {
  package var png: [UInt8]
  /// In pixels.
  package var width: Int
  package var height: Int
}

extension Project {
  /// Reads an asset's image from the objects and scales it down so that its longer side has at most N pixels.
  ///
  /// Nil where the file was not a PNG, so that nothing of it was stored. Faults: `object_missing` and `object_damaged`,
  /// and those of an image that can't be read.
  package func picture(of asset: AssetState, longestSide: Int) throws(Fault) -> AssetPicture? {
    guard let object = asset.image.object else { return nil }
    let objects = try FileObjectStore(layout)
    switch try objects.check(object) {
    case .sound: break
    case .missing: throw .objectMissing(object, objects.path(of: object))
    case .damaged: throw .objectDamaged(object, objects.path(of: object))
    }
    let small = try PNGThumbnail(
      path: objects.path(of: object), named: asset.id.text, longestSide: longestSide)
    return AssetPicture(png: small.bytes, width: small.width, height: small.height)
  }

  /// Reads an asset's design facts: those that were rendered or, before that, what was measured. Nil where neither is
  /// recorded, as in a batch of 0.1.
  package func designFacts(of asset: AssetState) throws(Fault) -> IDF? {
    let objects = try FileObjectStore(layout)
    if let output = asset[.render].completion?.output(RenderStage.factsName) {
      let bytes = try objects.read(output.digest, limitBytes: ExtractStage.limitBytes)
      return try CanonicalJSON.decode(IDF.self, from: bytes, what: output.name)
    }
    guard let output = asset[.validate].completion?.output(ValidateStage.measuredName) else { return nil }
    let bytes = try objects.read(output.digest, limitBytes: 1 << 20)
    var idf = try CanonicalJSON.decode(Measurement.self, from: bytes, what: output.name).idf
    let fields = ["dimensions", "background", "palette", "density_zones", "transparency", "edges"]
    idf.sources = Dictionary(uniqueKeysWithValues: fields.map { ($0, .measured) })
    return idf
  }
}
