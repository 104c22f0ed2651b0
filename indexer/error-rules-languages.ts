// What machines and people say whose language is not English: the C library's and tools' own words, and plain failure words.
// A piece of text outside ASCII stands there in every case that a log may have it in: only ASCII letters fold.
import { rule } from './error-rule.ts';
import { EXHAUSTED_ELSEWHERE, FAILURE_ELSEWHERE, TIMEOUT_ELSEWHERE } from './why/words-languages.ts';

/** Resources and limits, wherever a line says so. */
export const SYSTEM_LANGUAGE_RULES = [
  rule(
    'resource-language',
    'cause',
    0.9,
    'kein |nicht gen|zu viele|wird bereits|bereits in|bereits belegt|speicher|kontingent|festplatte|espace |moire|trop de|jà util|disque plein|no queda|sin espacio|sin memoria|memoria|demasiad|está usando|ya está|disco |cuota|não há|sem espa|sem mem|memória|muitos|já em|já está|spazio|troppi|già in|мест|памят|лишком|используется|переполнен|квот|brak |przydzieli|za dużo|jest już|dysk |ruimte|geheugen|te veel|in gebruik|kalmad|zaten|bellek|空间|内存|磁盘|过多|已在|已被|限额|配额|空き|容量|メモリ|開いて|使用|공간|메모리|열린|이미|getötet|processus arr|tué|бито|БИТО|unicestwiony|已杀死|已终止|強制終了|죽었음',
    EXHAUSTED_ELSEWHERE,
  ),
  rule(
    'time-limit-language',
    'cause',
    0.88,
    'zeitüber|zeitlimit|zeit |abgelaufen|gedauert|rechtzeitig|délai|dÉlai|temps |expirée|expiration du|tiempo|tempo |connessione scad|рем|тайм|Тайм|ТАЙМ|ревышен|czas|overschreden|verstreken|zaman a|超时|逾时|逾時|タイムアウト|時間切れ|시간|المهلة',
    TIMEOUT_ELSEWHERE,
  ),
];

/** A line that begins with its level: `FEHLER:`, `Ошибка :`, `错误：`. */
export const LEVEL_LANGUAGE_RULES = [
  rule(
    'level-language',
    'cause',
    0.76,
    'fehler|erreur|erro |erro:|erro!|erro]|erro(|erro：|errore|falla|fallo|fout|шибка|ШИБКА|błąd|bŁĄd|chyba|hiba|virhe|fel:|hata|错误|錯誤|エラー|오류|омилка|ОМИЛКА|خطأ|lỗi|lỖi',
    /^(?:[^\p{L}]{0,30})(?:\w+ )?(?:fehler|erreur|error|erro|errore|falla|fallo|fout|ошибка|błąd|chyba|hiba|virhe|fel|hata|错误|錯誤|エラー|오류|помилка|خطأ|lỗi)(?:\s?\([^)]{1,20}\)|\s\d{1,6})?\s?[:：!\]—–-]+\s*\S/iu,
  ),
];

/** Plain words of failure. */
export const PHRASE_LANGUAGE_RULES = [
  rule(
    'phrase-language',
    'weak',
    0.46,
    'fehler|fehlgeschlagen|gescheitert|konnte nicht|kann nicht|nicht gefunden|verweigert|abgelehnt|ngültig|abgebrochen|erreur|échec|Échec|choué|impossible|introuvable|refusé|invalide|interrompu|falló|fallo|fallid|no se pu|no se encontr|denegado|rechazad|inválid|falha|falhou|não foi|não encontr|negad|negat|errore|fallit|impossibile|non trovat|rifiutat|erro |erro:|erro,|fout|mislukt|niet gevonden|geweigerd|błąd|bŁĄd|nie uda|nie powiod|nie znale|odmowa|chyba|selhal|nelze|nenalezen|hiba|sikertelen|virhe|epäonnistui|misslyck|mislyk|hata|bulunamad|başar|шибк|ШИБК|сбой|Сбой|СБОЙ|еудач|удалось|УДАЛОСЬ|найден|тказано|евозможно|омилк|вдалося|错误|失败|無法|无法|拒绝|未找到|不存在|异常|エラー|失敗|見つかり|拒否|できません|例外|오류|실패|거부|찾을|없습니다|خطأ|فشل|שגיאה|lỗi|lỖi|thất bại|gagal|kesalahan|त्रुटि|विफल|ข้อผิดพลาด|ล้มเหลว',
    FAILURE_ELSEWHERE,
  ),
];
