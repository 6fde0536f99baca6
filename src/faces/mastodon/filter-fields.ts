import { z } from 'zod'
import type { FilterKeywordId } from '../../base/ids.ts'
import type { FilterWords, KeywordWords } from '../../domain/filters/filter.ts'
import { booleanish, idOf, integerish, listOf, textish, wordOf } from '../http/param-fields.ts'
import type { Given } from '../http/read-params.ts'

/** Where filters hold; both versions of the API name these alike. */
const context = z.enum(['home', 'notifications', 'public', 'thread', 'account'])
const keywordFields = {
  keyword: textish,
  whole_word: booleanish,
}
const filterFields = z.object({
  title: textish,
  context: listOf(context),
  filter_action: wordOf(['warn', 'hide', 'blur']),
  expires_in: integerish,
  keywords_attributes: listOf(
    z.object({ ...keywordFields, id: idOf<FilterKeywordId>(), _destroy: booleanish }),
    1000,
  ),
})

export function filterWordsFrom(params: Given): FilterWords {
  const fields = params.read(filterFields)
  return {
    title: fields.title,
    contexts: fields.context,
    action: fields.filter_action,
    expiresInSeconds: endIn(params, fields.expires_in),
    keywords: fields.keywords_attributes?.map((each) => ({
      id: each.id,
      keyword: each.keyword,
      wholeWord: each.whole_word,
      gone: each._destroy,
    })),
  }
}

export function keywordWordsFrom(params: Given): KeywordWords {
  const { keyword, whole_word } = params.read(oneKeywordFields)
  return { keyword, wholeWord: whole_word }
}

const v1Fields = z.object({
  phrase: textish,
  context: listOf(context),
  irreversible: booleanish,
  whole_word: booleanish,
  expires_in: integerish,
})

/** The first version of the API knows one keyword, which its filter is called by. */
export function v1WordsFrom(params: Given): { readonly filter: FilterWords; readonly keyword: KeywordWords } {
  const fields = params.read(v1Fields)
  return {
    filter: {
      contexts: fields.context,
      action: fields.irreversible === undefined ? undefined : fields.irreversible ? 'hide' : 'warn',
      expiresInSeconds: endIn(params, fields.expires_in),
    },
    keyword: { keyword: fields.phrase, wholeWord: fields.whole_word },
  }
}

/** There and empty is for good; not there says nothing. */
function endIn(params: Given, seconds: number | undefined): number | null | undefined {
  return seconds ?? (params.has('expires_in') ? null : undefined)
}

const oneKeywordFields = z.object(keywordFields)
