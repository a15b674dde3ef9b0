using System.Text.Json.Serialization;

namespace ConsulKvTools.Kv.Moves;

/// <summary>How keys stand in a journal, as JSON texts, so that none breaks its line, and the store in an undo file. Made while it is compiled, for the native build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(UndoOrigin))]
internal sealed partial class ImportJson : JsonSerializerContext;
