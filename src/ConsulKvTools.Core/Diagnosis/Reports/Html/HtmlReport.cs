using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using static ConsulKvTools.Diagnosis.Reports.Html.HtmlText;

namespace ConsulKvTools.Diagnosis.Reports.Html;

/// <summary>Diagnoses as one page that needs nothing else: no script, no request, no font.</summary>
internal static class HtmlReport
{
    private static readonly Lazy<string> Style = new(ReadStyle);

    public static string Render(IReadOnlyList<ConsulDiagnosis> diagnoses)
    {
        var sections = diagnoses.Select((diagnosis, index) => HtmlDiagnosis.Of(diagnosis, diagnoses.Count == 1 ? 0 : index + 1)).ToArray();
        return Page(E("html", At("lang", "en"),
            E("head",
                E("meta", At("charset", "utf-8")),
                // Not even an inline style that somebody managed to smuggle in would be applied: only this style sheet, by its hash.
                E("meta", At("http-equiv", "Content-Security-Policy"), At("content", $"default-src 'none'; style-src 'sha256-{Hash(Style.Value)}'; base-uri 'none'; form-action 'none'")),
                E("meta", At("name", "viewport"), At("content", "width=device-width, initial-scale=1")),
                E("meta", At("name", "color-scheme"), At("content", "light dark")),
                E("meta", At("name", "referrer"), At("content", "no-referrer")),
                E("meta", At("name", "generator"), At("content", "ConsulKvTools")),
                E("title", Title(diagnoses)),
                E("style", Style.Value)),
            E("body",
                E("main", diagnoses.Count == 1 ? null : HtmlOverview.Of(diagnoses), sections),
                E("footer", E("p", "Written by ConsulKvTools.",
                    // What was read back from a file knows no session, so nothing could be searched for.
                    diagnoses.All(diagnosis => !diagnosis.Secrets.IsEmpty) ? " It was searched for the session’s secrets before it was saved; none is in it." : null)))));
    }

    private static string Title(IReadOnlyList<ConsulDiagnosis> diagnoses) => diagnoses.Count == 1
        ? $"{diagnoses[0].Verdict}: {Text(diagnoses[0].Target)} – Consul KV diagnosis"
        : $"{diagnoses.Count} Consul KV diagnoses";

    private static string Hash(string style)
    {
        using var sha = SHA256.Create();
        return Convert.ToBase64String(sha.ComputeHash(Encoding.UTF8.GetBytes(style)));
    }

    private static string ReadStyle()
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        // A browser reads line ends as \n, and the hash is of what it reads.
        return reader.ReadToEnd().Replace("\r\n", "\n");
    }
}
