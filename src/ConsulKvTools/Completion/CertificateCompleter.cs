using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;

namespace ConsulKvTools.Commands;

/// <summary>Offers files, those of certificates first, and the thumbprints of certificates with a private key in the user's store.</summary>
public sealed class CertificateCompleter : ConsulCompleter
{
    private static readonly string[] Endings = [".pem", ".crt", ".cer", ".pfx", ".p12", ".key"];

    private protected override IEnumerable<CompletionResult> Complete(CompletionQuestion question)
    {
        var files = CompletionCompleters.CompleteFilename(question.Word.Text).ToLookup(file => Endings.Any(ending => file.ListItemText.EndsWith(ending, StringComparison.OrdinalIgnoreCase)));
        var stored = question.Parameter == "ClientCertificate" ? OfStore(question.Word) : [];
        return files[true].Concat(stored).Concat(files[false]);
    }

    private static CompletionResult[] OfStore(TypedWord word)
    {
        using var store = new X509Store(StoreName.My, StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadOnly);
        return [.. store.Certificates.Cast<X509Certificate2>().Where(certificate => certificate.HasPrivateKey && word.Begins(certificate.Thumbprint))
            .Select(certificate => Offer(certificate.Thumbprint, FormattableString.Invariant($"{Printable.Text(certificate.Subject, 100)}, until {certificate.NotAfter:yyyy-MM-dd}"), $"{certificate.Thumbprint.Substring(0, 8)}… {Printable.Text(certificate.Subject, 60)}"))];
    }
}
