using System.Security.Cryptography.X509Certificates;
namespace ConsulKvTools.Http { 
internal sealed record DialedConnection(Stream Stream, DialTimings Timings);
internal static class Dialer { public static Task<DialedConnection> DialAsync(DialTarget t, CancellationToken c) => throw new NotSupportedException(); }
internal static class TransportFailures { public static ConsulTransportException Classify(Exception e, DialPhase p) => throw e; } }
namespace ConsulKvTools.Diagnosis.Transport { internal static class ServerCertificatePolicy { public static bool Accepts(X509Certificate2 c, IEnumerable<X509Certificate2> s, ConsulKvTools.Http.DialTarget t) => false; } }
