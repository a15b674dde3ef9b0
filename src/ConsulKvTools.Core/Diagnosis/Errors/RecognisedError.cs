namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>A text that a rule knows, before it becomes a finding: its evidence may still grow.</summary>
/// <param name="Code">The finding's code.</param>
/// <param name="Evidence">What the text says, in the order it was seen.</param>
/// <param name="Request">The request it is about.</param>
internal sealed record RecognisedError(string Code, IReadOnlyList<(string Name, object? Value)> Evidence, RequestMention Request)
{
    // What many causes share: it never replaces a code that says more.
    private static readonly HashSet<string> General = new(StringComparer.Ordinal)
    {
        "Http.ServerError", "Http.UnexpectedStatus", "Http.EmptyReply", "Http.Reset", "Http.ResponseTimeout", "Http.RequestCanceled",
        "Tcp.ConnectFailed", "Tls.CertificateNotTrusted", "Tls.CertificateTimeInvalid",
    };

    /// <summary>True when the code leaves open which of several causes it is.</summary>
    public bool IsGeneral => General.Contains(Code);

    /// <summary>
    /// One error told twice, as by an exception and its cause: the inner telling counts, unless only the outer one is precise. What the
    /// other knows besides is kept.
    /// </summary>
    public RecognisedError CausedBy(RecognisedError inner)
    {
        var (telling, other) = inner.IsGeneral && !IsGeneral ? (this, inner) : (inner, this);
        // A general code's own words would contradict the precise one's.
        var more = other.Evidence.Where(row => row.Name is not ("text" or "body" or "status" or "problem" or "effect"));
        var own = telling.Evidence.Where(row => row is not { Name: "operation", Value: "request" });
        return telling with { Evidence = [.. own.Concat(more).Concat(telling.Evidence).GroupBy(row => row.Name, StringComparer.Ordinal).Select(rows => rows.FirstOrDefault(row => row.Value is not null))] };
    }

    /// <summary>The finding.</summary>
    public ConsulFinding ToFinding(params (string Name, object? Value)[] more) =>
        ConsulFinding.Create(Code, [.. Evidence.Where(row => row.Name is not null), .. more]);
}
