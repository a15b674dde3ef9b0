using System.Collections.Concurrent;

namespace ConsulKvTools.Diagnosis;

/// <summary>Typed facts that probes of earlier layers leave for those of later ones; one value a type.</summary>
internal sealed class FactBoard
{
    private readonly ConcurrentDictionary<Type, object> facts = new();

    /// <summary>Leaves a fact; a later one of the same type replaces it.</summary>
    public void Publish<T>(T fact) where T : class => facts[typeof(T)] = fact;

    /// <summary>The fact of this type; null when no probe left one.</summary>
    public T? Find<T>() where T : class => facts.TryGetValue(typeof(T), out var fact) ? (T)fact : null;
}
