using System.Security.Cryptography.X509Certificates;

namespace ConsulKvTools.Http;

/// <summary>A way by names from the first certificate sent to one that is trusted; whether it holds is for the chain to say.</summary>
internal static class TrustedPath
{
    /// <summary>The certificates of the shortest way, leaf first, without the trusted one; null when there is none, or only the whole of what was sent.</summary>
    public static IReadOnlyList<X509Certificate2>? Find(IReadOnlyList<X509Certificate2> sent, IReadOnlyList<X509Certificate2> trusted)
    {
        var paths = new Queue<X509Certificate2[]>();
        paths.Enqueue([sent[0]]);
        while (paths.Count > 0)
        {
            var path = paths.Dequeue();
            var end = path[path.Length - 1];
            if (trusted.Any(anchor => CertificateFacts.SameName(anchor.SubjectName, end.IssuerName))) return path.Length < sent.Count ? path : null;
            foreach (var issuer in sent)
                if (CertificateFacts.SameName(issuer.SubjectName, end.IssuerName) && !path.Contains(issuer)) paths.Enqueue([.. path, issuer]);
        }
        return null;
    }
}
