namespace ConsulKvTools.Diagnosis;

/// <summary>How a text is compared.</summary>
internal enum ServerTextMatch
{
    Exact,
    Contains,
    StartsWith,
    Regex,
    Empty,
}
