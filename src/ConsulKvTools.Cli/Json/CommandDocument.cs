using System.Text.Json.Serialization;

namespace ConsulKvTools.Cli.Json;

/// <summary>What every document begins with: its kind, and the version of that kind's shape, which grows only when a member changes or goes.</summary>
internal abstract record CommandDocument([property: JsonPropertyOrder(-2)] string Document)
{
    [JsonPropertyOrder(-1)]
    public int Version => 1;
}
