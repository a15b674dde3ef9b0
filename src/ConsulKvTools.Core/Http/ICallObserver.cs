using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Http;

/// <summary>Hears what one command's requests meet, on whatever thread that happens. Must return at once and throw nothing.</summary>
internal interface ICallObserver
{
    /// <summary>A request ended, with or without an answer.</summary>
    void Exchanged(WireExchange exchange);

    /// <summary>Something is tried again after a pause that begins now.</summary>
    /// <param name="action">The request in words, with its key.</param>
    /// <param name="failure">What it met; null when nothing failed and another request is needed all the same.</param>
    /// <param name="reason">Why, and after how long a pause.</param>
    void TriedAgain(string action, Failure? failure, string reason);
}
