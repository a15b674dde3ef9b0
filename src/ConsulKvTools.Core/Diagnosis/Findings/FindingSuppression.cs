using System.Text.RegularExpressions;
using ConsulKvTools.Diagnosis;

namespace ConsulKvTools;

/// <summary>A finding that is known and accepted: <c>Code</c>, or <c>Code=target</c> for one address or key only.</summary>
/// <remarks>
/// Both parts may hold <c>*</c> and <c>?</c>. The code is compared in any letter case; the target is the diagnosed address, with or
/// without its scheme and in any letter case, or the key, letter by letter.
/// </remarks>
public sealed class FindingSuppression
{
    private readonly Regex code;
    private readonly Regex? target;

    private FindingSuppression(string text, Regex code, Regex? target)
    {
        Text = text;
        this.code = code;
        this.target = target;
    }

    /// <summary>The suppression as it was written.</summary>
    public string Text { get; }

    /// <summary>Understands a suppression.</summary>
    /// <param name="text"><c>Code</c> or <c>Code=target</c>, such as <c>Tls.*=consul.example:8501</c>.</param>
    /// <param name="source">The parameter or option it came from, for the error.</param>
    /// <exception cref="ConsulException">No finding has such a code: <c>Request.Invalid</c>, with the nearest codes.</exception>
    public static FindingSuppression Parse(string text, string source = "-Suppress")
    {
        var equals = text.IndexOf('=');
        var name = (equals < 0 ? text : text.Substring(0, equals)).Trim();
        var about = equals < 0 ? null : text.Substring(equals + 1).Trim();
        if (name.Length == 0 || about?.Length == 0) throw Invalid(source, $"'{Printable.Text(text, 80)}' is no suppression; write Code or Code=target, such as Tls.CertificateExpired or Tls.*=consul.example:8501");
        var code = Wildcards.Of(name, RegexOptions.IgnoreCase);
        if (!FindingCatalogue.All.Any(row => code.IsMatch(row.Code))) throw Invalid(source, Unknown(name));
        return new FindingSuppression(text, code, about is null ? null : Wildcards.Of(about, RegexOptions.None));
    }

    /// <summary>True when it is about this finding of a diagnosis of this address and key.</summary>
    public bool Matches(ConsulFinding finding, string address, string? key) =>
        code.IsMatch(finding.Code) && (target is null || (key is not null && target.IsMatch(key)) || IsAddress(address));

    /// <inheritdoc/>
    public override string ToString() => Text;

    private bool IsAddress(string address)
    {
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        var known = Regex.IsMatch(address, target!.ToString(), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline);
        return known || (scheme > 0 && IsAddress(address.Substring(scheme + 3)));
    }

    private static string Unknown(string name)
    {
        var shown = Printable.Text(name, 60);
        var near = NearestNames.Of(name, FindingCatalogue.All.Select(row => row.Code), 3);
        return $"there is no finding '{shown}' to suppress" + (near.Count == 0 ? "; codes look like Acl.PermissionDenied or Tls.*" : $"; near it: {string.Join(", ", near)}");
    }

    private static ConsulException Invalid(string source, string problem) =>
        ConsulException.From(ConsulFinding.Create("Request.Invalid", ("source", source), ("problem", problem)));
}
