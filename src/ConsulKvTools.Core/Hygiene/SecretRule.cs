using System.Text.Json.Serialization;

namespace ConsulKvTools.Hygiene;

/// <summary>One kind of secret, a row of <c>secret-rules.json</c>: known by its shape, or by the name it stands under.</summary>
internal sealed record SecretRule
{
    /// <summary>The id, in lower case with dashes.</summary>
    public required string Id { get; init; }

    /// <summary>What it is, in words.</summary>
    public required string Title { get; init; }

    /// <summary>How sure a match is.</summary>
    public required SecretConfidence Confidence { get; init; }

    /// <summary>Words in lower case, one of which every match of <see cref="Pattern"/> holds: what holds none is not searched.</summary>
    public string[] Words { get => field ?? []; init; }

    /// <summary>The shape; its group <c>secret</c> is what is secret, else all of it. Null for rules that go by a name.</summary>
    public string? Pattern { get; init; }

    /// <summary>What the whole value has to match as well; null for nothing.</summary>
    public string? Document { get; init; }

    /// <summary>The name it stands under, in lower case and with underscores between words; null for rules that go by the shape.</summary>
    public string? Names { get; init; }

    /// <summary>What the value under such a name has to be; its group <c>secret</c> is what is secret, else all of it. Null for anything.</summary>
    public string? Value { get; init; }

    /// <summary>A further check of what was found: a name of <see cref="SecretChecks"/>; null for none.</summary>
    public string? Check { get; init; }

    /// <summary>What to do about one.</summary>
    public required string Remedy { get; init; }

    /// <summary>Texts in which it is found. Random parts are written as <c>{base62:20}</c>, so that this file holds nothing that looks like a secret.</summary>
    public string[] Matches { get => field ?? []; init; }

    /// <summary>Texts in which it must not be found.</summary>
    public string[] Others { get => field ?? []; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(SecretRule[]))]
internal sealed partial class SecretRuleJson : JsonSerializerContext;
