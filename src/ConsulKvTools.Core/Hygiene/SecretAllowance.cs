using System.Text.RegularExpressions;

namespace ConsulKvTools.Hygiene;

/// <summary>A secret that is known and accepted: this fingerprint under these keys.</summary>
/// <param name="Fingerprint">Four hexadecimal digits in lower case.</param>
/// <param name="Keys">The keys.</param>
internal sealed record SecretAllowance(string Fingerprint, Regex Keys)
{
    /// <summary>Reads a list: a line has a fingerprint, a blank, and a key, in which <c>*</c> and <c>?</c> are wildcards. Lines that begin with <c>#</c> are comments.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="source">The file, for the error.</param>
    /// <exception cref="ConsulException">A line is neither: <c>Request.Invalid</c> with its number and without its text.</exception>
    public static IReadOnlyList<SecretAllowance> Read(IEnumerable<string> lines, string source)
    {
        var all = new List<SecretAllowance>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            var text = line.Trim();
            if (text.Length == 0 || text[0] == '#') continue;
            // What is no fingerprint may be a secret that somebody put there.
            if (text.Length < 6 || text[4] != ' ' || !text.Take(4).All(Uri.IsHexDigit))
                throw ConsulException.From(ConsulFinding.Create("Request.Invalid", ("source", source),
                    ("problem", $"line {number} of the allow list is not understood; write a fingerprint of four hexadecimal digits, a blank, and a key, such as '3fa9 app/db/password'")));
            all.Add(new SecretAllowance(text.Substring(0, 4).ToLowerInvariant(), Wildcards.Of(text.Substring(5).Trim(), RegexOptions.None)));
        }
        return all;
    }
}
