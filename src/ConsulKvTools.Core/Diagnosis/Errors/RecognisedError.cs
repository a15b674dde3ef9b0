using System.Globalization;
using System.Text.RegularExpressions;

namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>A text that a rule knows, before it becomes a finding: its evidence may still grow.</summary>
/// <param name="Code">The finding's code.</param>
/// <param name="Evidence">What the text says, in the order it was seen.</param>
/// <param name="Request">The request it is about.</param>
internal sealed record RecognisedError(string Code, IReadOnlyList<(string Name, object? Value)> Evidence, RequestMention Request)
{
    private static readonly Regex Place = new(@"\{([A-Za-z]+)\}", RegexOptions.CultureInvariant);
    private static readonly Regex UntoldTime = new(@" (?:within|after|for) <seconds> s\b", RegexOptions.CultureInvariant);

    private static readonly (string Place, string Words)[] Untolds =
    [
        ("servers alive: <alive> of <peers>", "too few servers are alive"), ("elected a leader; <value>", "elected a leader"),
        ("<host>:<port>", "the address"), ("<address>", "the address"), ("<host>", "the host"), ("<port>", "its port"), ("<key>", "the key"), ("<datacenter>", "of that name"), ("<source>", "the client's settings"),
    ];

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

    /// <summary>The finding. What the text does not tell is left out of its sentences, and a command that needs it is left out whole.</summary>
    public ConsulFinding ToFinding(params (string Name, object? Value)[] more)
    {
        List<(string Name, object? Value)> evidence = [.. Evidence.Where(row => row.Name is not null), .. more];
        if (Told(evidence, "address") is null && AddressOf(evidence) is { } address) evidence.Add(("address", address));
        var finding = ConsulFinding.Create(Code, [.. evidence]);
        var definition = FindingCatalogue.Get(Code);
        return finding with
        {
            Title = Untold(finding.Title),
            Cause = Untold(finding.Cause),
            Remedy = Untold(finding.Remedy),
            Command = finding.Command is { } command && Place.Matches(definition.Command!).Cast<Match>().Any(place => command.Contains("<" + place.Groups[1].Value + ">")) ? null : finding.Command,
        };
    }

    private string? AddressOf(List<(string Name, object? Value)> evidence)
    {
        // What .NET takes for a scheme is the host of an address without one.
        if (Code == "Config.AddrNoScheme") return Told(evidence, "value") is { } value ? "http://" + value : null;
        if (Told(evidence, "host") is not string host || Told(evidence, "port") is not int port) return null;
        return (Code.StartsWith("Tls.", StringComparison.Ordinal) ? "https://" : "http://") + (host.Contains(':') && host[0] != '[' ? $"[{host}]" : host) + ":" + port.ToString(CultureInfo.InvariantCulture);
    }

    private static object? Told(List<(string Name, object? Value)> evidence, string name) => evidence.Find(row => row.Name == name && row.Value is not null).Value;

    private static string Untold(string text)
    {
        if (text.IndexOf('<') < 0) return text;
        text = UntoldTime.Replace(text, "");
        foreach (var (place, words) in Untolds) text = text.Replace(place, words);
        return char.ToUpperInvariant(text[0]) + text.Substring(1);
    }
}
