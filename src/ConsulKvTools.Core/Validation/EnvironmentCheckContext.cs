namespace ConsulKvTools.Validation;

/// <summary>What a check may use besides its own description.</summary>
/// <param name="Schemas">Tests a document against a JSON schema: null when it fits, else what does not. Null where nothing here can.</param>
internal sealed record EnvironmentCheckContext(JsonSchemaTest? Schemas)
{
    /// <summary>Why a part of the check could not be made here; null when all of it was.</summary>
    public string? Skipped { get; set; }
}

/// <summary>Tests <paramref name="document"/> against <paramref name="schema"/>; null when it fits.</summary>
internal delegate Task<string?> JsonSchemaTest(string document, string schema);
