using System.Text.Json.Serialization;

namespace ConsulKvTools.Kv.Moves;

/// <summary>How keys stand in a journal: as JSON texts, so that none breaks its line. Made while it is compiled, for the native build.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class ImportJson : JsonSerializerContext;
